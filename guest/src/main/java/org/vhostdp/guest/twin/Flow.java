package org.vhostdp.guest.twin;

/**
 * From whom to whom a frame goes.
 *
 * @param sourceMac low 48 bits, first byte on top
 * @param destinationMac likewise
 * @param sourceIp IPv4 address, first byte on top
 * @param destinationIp likewise
 * @param sourcePort UDP or TCP port; 0 where there is none
 * @param destinationPort likewise
 */
public record Flow(
    long sourceMac,
    long destinationMac,
    int sourceIp,
    int destinationIp,
    int sourcePort,
    int destinationPort) {
  /** The same conversation in the other direction. */
  public Flow reversed() {
    return new Flow(
        destinationMac, sourceMac, destinationIp, sourceIp, destinationPort, sourcePort);
  }
}
