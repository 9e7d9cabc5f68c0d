# SPDX-License-Identifier: Apache-2.0
# The images: pause, which holds the namespaces of a pod, and nsjoin, a shell on the node or in a
# container. One file in each, and nothing else.
#
#   docker build --build-arg VERSION=$(cat VERSION) --tag pause .
#   docker build --build-arg VERSION=$(cat VERSION) --tag nsjoin --target nsjoin .
#
# BUILDER  what they are compiled in: any Debian with g++ 12 or later
# VERSION  for the annotation; the file VERSION is where it comes from
# SOURCE   where the source can be found, for the annotation

# BUILDPLATFORM  the machine that compiles, for whatever --platform says: nothing is emulated. BuildKit
#                knows it; others take it for linux/amd64

ARG BUILDER=debian:trixie-slim
ARG BUILDPLATFORM

FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILDER} AS builder
RUN apt-get update && apt-get install -y --no-install-recommends g++ make
WORKDIR /src
COPY . .
ARG TARGETPLATFORM
ARG VERSION
RUN test "${VERSION:-$(cat VERSION)}" = "$(cat VERSION)" \
    || { echo "VERSION is ${VERSION}, but the source is $(cat VERSION)" >&2; exit 1; }
# The mode is set here, as COPY --chmod wants BuildKit.
RUN row=$(grep -E " ${TARGETPLATFORM}(/v8)? " packaging/platforms) || [ -z "${TARGETPLATFORM}" ] \
    || { echo "there is no ${TARGETPLATFORM} in packaging/platforms" >&2; exit 1; }; \
    set -- ${TARGETPLATFORM:+$row} \
    && if [ "${1:-$(uname -m)}" != "$(uname -m)" ]; then apt-get install -y --no-install-recommends "$3"; fi \
    && make ${1:+ARCH=$1} && install -m 0555 build/*/pause build/*/nsjoin /

FROM scratch AS nsjoin
COPY --from=builder /nsjoin /nsjoin
ENTRYPOINT ["/nsjoin"]
ARG VERSION
ARG SOURCE
LABEL org.opencontainers.image.title="nsjoin" \
      org.opencontainers.image.description="Runs a command in the namespaces of a process" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}"

FROM scratch AS pause
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
