/** The driver {@code toy}: a cable between two ports, in memory. */
module org.example.toy {
  requires org.vhostdp.spi;

  provides org.vhostdp.spi.Driver with
      org.example.toy.ToyDriver;
}
