# SPDX-License-Identifier: Apache-2.0
# Packaging.
.PHONY: deb dist image release reproducible sign test-packaging

image: all-arch ## make images for all, and say what is in them: build/image/; as root
	$(Q)for program in pause nsjoin; do \
	    sh packaging/image.sh $$program build/image/$$program.tar $(AVAILABLE) && \
	    sh packaging/sbom.sh build/image/$$program.tar || exit; done

reproducible: image dist ## build it all once more, elsewhere, from the packed source, and compare
	@sh packaging/reproducible.sh $(AVAILABLE)

dist: ## pack the source: build/dist/
	@sh packaging/dist.sh

deb: dist ## make Debian packages: build/deb/
	@sh packaging/deb.sh

release: reproducible deb ## all of these, and SHA256SUMS: build/release/; as root
	@sh packaging/release.sh $(AVAILABLE)

sign: ## sign build/release/SHA256SUMS with minisign's secret key, KEY=<file>
	minisign -S -s '$(or $(KEY),$(error KEY is not set))' -m build/release/SHA256SUMS

test-packaging: all ## install and package it, and have engines and a registry take it; as root
	@sh tests/support/total.sh $(patsubst %,'sh tests/packaging/%.sh',install debug dist deb image)
