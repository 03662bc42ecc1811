# What is built with has npm and a shell; what is run on has neither. To run on another base:
#   docker build --build-arg BASE=node:24-bookworm-slim .
ARG BUILD_BASE=docker.io/library/node:24-bookworm-slim
ARG BASE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Behind a registry of your own: docker build --secret id=npmrc,src=$HOME/.npmrc .
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --ignore-scripts
COPY tsconfig.json ./
COPY src ./src
COPY docker/bundle.ts ./docker/
# The program and its dependencies in a few files: a start reads some ten in the place of 1,600.
RUN npm run bundle && mkdir data

FROM ${BUILD_BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --omit=dev --ignore-scripts
# Their code is in the bundle. What they are, and under which licence, stays: scanners and people look for it here.
RUN find node_modules -type f ! -name package.json ! -iname '*licen[cs]e*' ! -iname '*notice*' ! -iname 'copying*' -delete \
 && find node_modules -depth \( -type l -o -type d -empty \) -delete

FROM ${BASE}
ARG BASE
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Quota Bridge" \
      org.opencontainers.image.description="Answers Wix Automations' getQuotaInfo: what a site's plan allows and how much of it is used, read from the system that knows." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}"
# Distroless keeps node in /nodejs/bin, node's own images in /usr/local/bin.
# Debian's malloc otherwise keeps pools for each thread, of which what is freed in one serves no other.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/bundle ./dist
COPY package.json openapi.yaml LICENSE ./
# Where the SQLite store lies by default. A new named volume mounted here takes on this owner, so that the service can write to it.
COPY --from=build --chown=1000:1000 /app/data ./data
# By number, which every base knows and Kubernetes can tell from root.
USER 1000:1000
EXPOSE 8080 8081
# Where the service writes its address, so that the check follows server.port; /tmp must be writable for that.
ENV QUOTA_BRIDGE_ADDRESS_FILE=/tmp/quota-bridge.address
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s CMD ["node", "dist/health-check.js"]
ENTRYPOINT ["node", "--expose-gc", "--max-semi-space-size=8", "dist/main.js"]
