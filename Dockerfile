# SPDX-License-Identifier: Apache-2.0
# The image of pause: one file, and nothing else in it.
#
#   docker build --build-arg VERSION=$(cat VERSION) --tag pause .
#
# BUILDER  what it is compiled in: any Debian with g++ 12 or later
# VERSION  for the annotation; the file VERSION is where it comes from
# SOURCE   where the source can be found, for the annotation

ARG BUILDER=debian:trixie-slim

FROM ${BUILDER} AS builder
RUN apt-get update && apt-get install -y --no-install-recommends g++ make
WORKDIR /src
COPY . .
ARG VERSION
RUN test "${VERSION:-$(cat VERSION)}" = "$(cat VERSION)" \
    || { echo "VERSION is ${VERSION}, but the source is $(cat VERSION)" >&2; exit 1; }
# The mode is set here, as COPY --chmod wants BuildKit.
RUN make && install -m 0555 build/*/pause /pause

FROM scratch
COPY --from=builder /pause /pause
USER 65535:65535
ENTRYPOINT ["/pause"]
ARG VERSION
ARG SOURCE
LABEL org.opencontainers.image.title="pause" \
      org.opencontainers.image.description="Holds the namespaces of a pod" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}"
