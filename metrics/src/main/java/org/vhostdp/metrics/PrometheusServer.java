package org.vhostdp.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.dataplane.MetricsServer;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.io.IoThread;

/**
 * Serves the numbers over HTTP in the formats of Prometheus, at /metrics. They are read when
 * somebody asks, so nothing is counted twice and nothing is done in between. One thread answers.
 */
public final class PrometheusServer implements MetricsServer {
  /** Seconds that a request, and the taking of its answer, may last: the one thread waits. */
  private static final String MOST_SECONDS = "10";

  /** For ServiceLoader. */
  public PrometheusServer() {}

  @Override
  public Served serve(InetSocketAddress at, Dataplane dataplane, String version)
      throws IOException {
    return serve(at, dataplane::ports, dataplane::threads, version);
  }

  static Served serve(
      InetSocketAddress at,
      Supplier<List<VhostUserPort>> ports,
      Supplier<List<IoThread>> threads,
      String version)
      throws IOException {
    // Of the JDK's server, read when its first instance is made.
    for (String limit : List.of("maxReqTime", "maxRspTime")) {
      String key = "sun.net.httpserver." + limit;
      if (System.getProperty(key) == null) {
        System.setProperty(key, MOST_SECONDS);
      }
    }
    PrometheusRegistry registry = new PrometheusRegistry();
    MultiCollector collector = () -> scrape(ports.get(), threads.get(), version);
    registry.register(collector);
    ExecutorService one =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("metrics").daemon(true).factory());
    try {
      HTTPServer server =
          HTTPServer.builder()
              .inetAddress(at.getAddress())
              .port(at.getPort())
              .registry(registry)
              .executorService(one)
              .buildAndStart();
      return new Running(server, one, at.getHostString());
    } catch (IOException | RuntimeException e) {
      one.shutdownNow();
      throw e;
    }
  }

  private static MetricSnapshots scrape(
      List<VhostUserPort> ports, List<IoThread> threads, String version) {
    Families out = new Families();
    ports.forEach(port -> PortNumbers.of(port, out));
    threads.forEach(thread -> ProcessNumbers.of(thread, out));
    ProcessNumbers.machine(version, out);
    return out.snapshots();
  }

  private record Running(HTTPServer server, ExecutorService executor, String host)
      implements Served {
    @Override
    public String url() {
      String name = host.contains(":") ? "[" + host + "]" : host;
      return "http://" + name + ":" + server.getPort() + "/metrics";
    }

    @Override
    public void close() {
      server.close();
      executor.shutdownNow();
    }
  }
}
