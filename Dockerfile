# Two images: `daemon` (the default) and `chrome`, a browser with its driver in a container of its own.
#   docker build -t starkeeper:local .
#   docker build -t starkeeper-chrome:local --target chrome .
# Building takes about 4 GB of memory; ./x builds the same program without containers.

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --bin starkeeper \
    && install -D target/release/starkeeper /out/starkeeper

FROM debian:bookworm-slim AS browser
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium chromium-driver \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --user-group --home-dir /app --shell /usr/sbin/nologin shop \
    && install -d -o shop -g shop /app /app/state /app/logs

FROM browser AS chrome
USER 1000:1000
WORKDIR /tmp
ENV HOME=/tmp
EXPOSE 4444
# Reached from the shop's own network alone.
ENTRYPOINT ["chromedriver", "--port=4444", "--allowed-ips=", "--allowed-origins=*"]

FROM browser AS daemon
COPY --from=build /out/starkeeper /usr/local/bin/starkeeper
COPY deploy/docker/healthy /usr/local/bin/healthy
COPY config/development.toml config/production.toml /app/config/
USER 1000:1000
WORKDIR /app
# Chromium writes beside its profile; the profile itself is temporary.
ENV HOME=/tmp HTTP_BIND=0.0.0.0 STATE_DIR=/app/state LOG_DIR=/app/logs BROWSER_SANDBOX=off
VOLUME ["/app/state", "/app/logs"]
EXPOSE 8000 8001
# Ends in order on SIGTERM: what is cut off is due in the books.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 CMD ["healthy", "8000"]
ENTRYPOINT ["starkeeper"]
CMD ["serve"]
