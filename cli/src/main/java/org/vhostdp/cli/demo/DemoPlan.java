package org.vhostdp.cli.demo;

/**
 * What a demonstration does.
 *
 * @param guest the kind of guest
 * @param driver id of the driver
 * @param queues queue pairs
 * @param mtu bytes of layer 3, or 0 for the default
 * @param seconds of TCP in each direction
 * @param keep leave guest and port running until a signal comes
 */
public record DemoPlan(
    GuestKind guest, String driver, int queues, int mtu, int seconds, boolean keep) {
  /** The host's address; the network is reserved for documentation and in a private namespace. */
  static final String HOST = "192.0.2.1";

  static final String GUEST = "192.0.2.2";
  static final int PREFIX_LENGTH = 24;
  static final String PREFIX = "/" + PREFIX_LENGTH;
  static final String MAC = "52:54:00:76:64:01";

  int effectiveMtu() {
    return mtu == 0 ? 1500 : mtu;
  }
}
