/** Shows a running dataplane's numbers to Prometheus. Loaded only when it is configured. */
module org.vhostdp.metrics {
  requires org.vhostdp.dataplane;
  requires java.management;
  requires io.prometheus.metrics.exporter.httpserver;
  requires io.prometheus.metrics.model;

  provides org.vhostdp.dataplane.MetricsServer with
      org.vhostdp.metrics.PrometheusServer;
}
