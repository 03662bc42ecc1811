FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json openapi.yaml LICENSE ./
# Where the SQLite store lies by default. A new named volume mounted here takes on this owner, so that node can write to it.
RUN mkdir data && chown node:node data
USER node
EXPOSE 8080 8081
# Where the service writes its address, so that the check follows server.port; /tmp must be writable for that.
ENV QUOTA_BRIDGE_ADDRESS_FILE=/tmp/quota-bridge.address
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s CMD ["node", "dist/health-check.js"]
ENTRYPOINT ["node", "--expose-gc", "dist/main.js"]
