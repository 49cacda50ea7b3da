package org.vhostdp.driver.loopback;

import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Steering;

/** Receive-side scaling of frames that arrive over the wire. */
final class RssSteering implements Steering {
  private static final int V4 = HASH_IPV4 | HASH_TCP4 | HASH_UDP4;
  private static final int V6 = HASH_IPV6 | HASH_TCP6 | HASH_UDP6;
  private static final int MOST_ENTRIES = 128;

  private final LoopbackPort port;

  RssSteering(LoopbackPort port) {
    this.port = port;
  }

  @Override
  public int hashTypes() {
    return V4 | V6;
  }

  @Override
  public int maxTable() {
    return MOST_ENTRIES;
  }

  @Override
  public void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException {
    if ((types & ~hashTypes()) != 0 || types == 0) {
      throw refused("the hash types " + types, "some of " + hashTypes());
    }
    int needed = 4 + ((types & V6) == 0 ? bytes(types, HASH_IPV4, 8) : bytes(types, HASH_IPV6, 32));
    if (key.length < needed) {
      throw refused("a hash key of " + key.length + " bytes", needed + " bytes or more");
    }
    if (Integer.bitCount(table.length) != 1 || table.length > MOST_ENTRIES) {
      throw refused(
          "an indirection table of " + table.length + " entries",
          "a power of two up to " + MOST_ENTRIES);
    }
    for (int queue : table) {
      check(queue);
    }
    check(unclassified);
    port.spread(new Spread(types, key, table, unclassified));
  }

  /** Bytes hashed: addresses, and ports if any type but that of bare addresses is asked for. */
  private static int bytes(int types, int bare, int addresses) {
    int family = bare == HASH_IPV4 ? V4 : V6;
    return (types & family & ~bare) == 0 ? addresses : addresses + 4;
  }

  private void check(int queue) throws DriverException {
    if (queue < 0 || queue >= port.queuePairs()) {
      throw refused("receive queue " + queue, "0 to " + (port.queuePairs() - 1));
    }
  }

  @Override
  public void reset() {
    port.spread(null);
  }

  @Override
  public Set<String> programs() {
    return Set.of();
  }

  @Override
  public void program(String kind, int descriptor) throws DriverException {
    throw refused("a program of kind \"" + kind + "\"", "no programs");
  }

  private static DriverException refused(String what, String range) {
    return new DriverException(
        Reason.UNSUPPORTED, "Steering cannot use " + what + ".", "It takes " + range + ".");
  }
}
