/** The operator's command {@code vhost-dp}. */
module org.vhostdp.cli {
  requires org.vhostdp.dataplane;
  requires org.vhostdp.guest;
  requires org.vhostdp.linux;
  requires org.vhostdp.spi;
  requires info.picocli;
  requires org.tomlj;

  opens org.vhostdp.cli to
      info.picocli;

  provides System.LoggerFinder with
      org.vhostdp.cli.log.StderrLoggers;
}
