package org.vhostdp.dataplane.port;

import java.util.Objects;

/**
 * What a port is, as configured.
 *
 * @param id the operator's name of it
 * @param queuePairs most queue pairs of the guest
 * @param mtu bytes of layer 3, or 0: 1500 and not announced
 * @param mac six bytes, or null: the front-end decides
 * @param featureMask feature bits that may be offered at all
 * @param services what it does beside passing frames on
 */
public record PortSpec(
    String id, int queuePairs, int mtu, byte[] mac, long featureMask, PortServices services) {
  /** Most queue pairs of a port: vhost-user names a ring in 8 bits, the control queue included. */
  public static final int MAX_QUEUE_PAIRS = 127;

  public PortSpec {
    Objects.requireNonNull(id);
    Objects.requireNonNull(services);
  }

  /** A port with the usual services. */
  public PortSpec(String id, int queuePairs, int mtu, byte[] mac, long featureMask) {
    this(id, queuePairs, mtu, mac, featureMask, PortServices.DEFAULT);
  }

  /** The same with other services. */
  public PortSpec with(PortServices next) {
    return new PortSpec(id, queuePairs, mtu, mac, featureMask, next);
  }

  /** The MTU in force: 1500 unless configured. */
  public int effectiveMtu() {
    return mtu == 0 ? 1500 : mtu;
  }
}
