package org.vhostdp.driver.mdev.virtio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Steering;

/**
 * Receive-side scaling by the device (section 5.1.6.5.7). What was set holds over a stop, as long
 * as its queues exist. Control threads.
 */
final class VirtioSteering implements Steering {
  /** Does to the device what was set. */
  interface Device {
    /** Applies what is set now, if the device is started. */
    void steer() throws DriverException;

    /** Queue pairs that exist. */
    int pairs();
  }

  private final NetConfig config;
  private final Device device;
  private Table table;

  /**
   * What was set.
   *
   * @param queues the table
   */
  private record Table(int types, byte[] key, int[] queues, int unclassified) {
    boolean fits(int pairs) {
      for (int queue : queues) {
        if (queue >= pairs) {
          return false;
        }
      }
      return unclassified < pairs;
    }
  }

  VirtioSteering(NetConfig config, Device device) {
    this.config = config;
    this.device = device;
  }

  @Override
  public int hashTypes() {
    return config.hashTypes();
  }

  @Override
  public int maxTable() {
    return config.table();
  }

  @Override
  public void scale(int types, byte[] key, int[] queues, int unclassified) throws DriverException {
    check(types, key, queues.length);
    Table next = new Table(types, key.clone(), queues.clone(), unclassified);
    for (int queue : queues) {
      check(queue);
    }
    check(unclassified);
    replace(next);
  }

  private void replace(Table next) throws DriverException {
    Table before = table;
    table = next;
    try {
      device.steer();
    } catch (DriverException e) {
      table = before;
      throw e;
    }
  }

  private void check(int types, byte[] key, int length) throws DriverException {
    if (types == 0 || (types & ~config.hashTypes()) != 0) {
      throw refused(
          "The device cannot hash by the types 0x%x.".formatted(types),
          "It hashes by 0x%x.".formatted(config.hashTypes()));
    }
    if (key.length == 0 || key.length > config.keyBytes()) {
      throw refused(
          "The device takes no hash key of " + key.length + " bytes.",
          "It takes up to " + config.keyBytes() + ".");
    }
    if (Integer.bitCount(length) != 1 || length > config.table()) {
      throw refused(
          "The device takes no indirection table of " + length + " entries.",
          "It takes powers of two up to " + config.table() + ".");
    }
  }

  private void check(int queue) throws DriverException {
    if (queue < 0 || queue >= device.pairs()) {
      throw refused(
          "The indirection table names queue " + queue + ", which does not exist.",
          "There are " + device.pairs() + " queue pairs, from 0 on.");
    }
  }

  private static DriverException refused(String message, String advice) {
    return new DriverException(Reason.UNSUPPORTED, message, advice);
  }

  @Override
  public void reset() throws DriverException {
    replace(null);
  }

  @Override
  public Set<String> programs() {
    return Set.of();
  }

  @Override
  public void program(String kind, int descriptor) throws DriverException {
    throw refused("The device takes no program of kind \"" + kind + "\".", "It scales by a table.");
  }

  /**
   * The command that makes the device do what was set: virtio_net_rss_config; null if nothing was
   * set, or for queues that there are not.
   *
   * @param active queue pairs that receive
   */
  byte[] command(int active) {
    Table now = table;
    if (now == null || !now.fits(device.pairs())) {
      return null;
    }
    int length = now.queues.length;
    ByteBuffer out =
        ByteBuffer.allocate(11 + 2 * length + now.key.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(now.types).putShort((short) (length - 1)).putShort((short) now.unclassified);
    for (int queue : now.queues) {
      out.putShort((short) queue);
    }
    return out.putShort((short) active).put((byte) now.key.length).put(now.key).array();
  }
}
