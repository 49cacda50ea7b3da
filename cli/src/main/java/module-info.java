/** The operator's command {@code vhost-dp}. */
module org.vhostdp.cli {
  requires org.vhostdp.attest;
  requires org.vhostdp.dataplane;
  requires org.vhostdp.guest;
  requires org.vhostdp.linux;
  requires org.vhostdp.spi;
  requires org.vhostdp.store;
  requires org.vhostdp.tck;
  requires info.picocli;
  requires org.tomlj;
  // For org.vhostdp.metrics, which is loaded only when it is configured and finds the JDK as it is.
  requires jdk.httpserver;

  uses org.vhostdp.dataplane.MetricsServer;

  opens org.vhostdp.cli to
      info.picocli;
  opens org.vhostdp.cli.tck to
      info.picocli;

  provides System.LoggerFinder with
      org.vhostdp.cli.log.StderrLoggers;
}
