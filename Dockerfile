# One image for web, workers, beat, the one-shot preparation and the sandbox.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    STATIC_ROOT=/srv/static MEDIA_ROOT=/srv/media PAPERS_ROOT=/srv/papers
WORKDIR /srv/sungari
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN python -c "from storefront.management import translations; translations.compile_all()" \
 && DEBUG=1 python manage.py collectstatic --noinput --verbosity 0 \
 && useradd --system --no-create-home sungari \
 && mkdir -p /srv/media /srv/papers /srv/books && chown sungari /srv/media /srv/papers /srv/books
USER sungari
EXPOSE 8000
CMD ["gunicorn", "storefront.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
