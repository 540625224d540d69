# Builds the image that every Lectern process of docker-compose.yml runs.
FROM python:3.11-slim-bookworm AS libraries
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt constraints.txt /tmp/
RUN /opt/venv/bin/pip install --quiet -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
# What WeasyPrint draws PDFs with; the same list as in deploy/bootstrap.py.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 lectern \
    && install -d -o lectern -g lectern /srv/lectern /srv/data /srv/data/media /srv/data/private
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /srv/lectern
COPY --chown=lectern:lectern . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=cms.settings.production \
    LECTERN_VAR=/srv/data
USER lectern
# Static files are part of the image. Production settings want their variables even now; none of these values stays.
RUN SECRET_KEY=only-while-building-0123456789012345678901234567890123456789 ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgres://build.invalid/build ANALYTICS_DATABASE_URL=postgres://build.invalid/analytics REDIS_URL=redis://build.invalid EMAIL_URL=smtp://build.invalid \
    DEFAULT_FROM_EMAIL=build@build.invalid WAGTAILADMIN_BASE_URL=https://build.invalid STATIC_ROOT=/srv/lectern/staticfiles \
    python manage.py collectstatic --noinput --verbosity 0
ENV STATIC_ROOT=/srv/lectern/staticfiles
EXPOSE 8000
