# Two stages: wheels are made where build tools are, the image that runs has none.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
RUN pip wheel --no-cache-dir --wheel-dir /wheels -c constraints.txt .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/dataexchange dataexchange
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links=/wheels dataexchange && rm -rf /wheels
COPY mappings /usr/share/dataexchange/mappings
RUN install -d -o dataexchange -g dataexchange /var/lib/dataexchange/home
USER dataexchange
WORKDIR /var/lib/dataexchange
ENV DATAEXCHANGE_HOME=/var/lib/dataexchange/home \
    DATAEXCHANGE_HOST=0.0.0.0 \
    DATAEXCHANGE_PORT=8000 \
    PYTHONUNBUFFERED=1
VOLUME ["/var/lib/dataexchange/home"]
EXPOSE 8000
ENTRYPOINT ["dataexchange"]
CMD ["serve"]
