package org.vhostdp.driver.dpdk.feature;

import java.util.Arrays;
import java.util.Set;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Steering;

/**
 * Receive-side scaling by the device. What was asked for while the device was stopped is done when
 * it starts, and holds over stops. Control threads, one call at a time.
 */
final class RssSteering implements Steering {
  private final RssTable device;
  private final int queues;
  private RssTable.Hash ownHash;
  private int[] ownTable;
  private RssTable.Hash hash;
  private int[] table;
  private boolean started;

  RssSteering(RssTable device, int queues) {
    this.device = device;
    this.queues = queues;
  }

  /** The device was started: its own choice is remembered, and what was asked for is set. */
  void started() throws DriverException {
    ownHash = device.hash();
    ownTable = device.queues();
    started = true;
    if (table != null) {
      set(hash, table);
    }
  }

  void stopped() {
    started = false;
  }

  @Override
  public int hashTypes() {
    return RssTypes.offered(device.types());
  }

  @Override
  public int maxTable() {
    return device.size();
  }

  @Override
  public void scale(int types, byte[] key, int[] table, int unclassified) throws DriverException {
    if (types == 0 || (types & ~hashTypes()) != 0) {
      throw refused("the hash types 0x%x".formatted(types), "0x%x".formatted(hashTypes()));
    }
    if (Integer.bitCount(table.length) != 1 || table.length > device.size()) {
      throw refused(
          "a table of " + table.length + " entries", "powers of two up to " + device.size());
    }
    for (int queue : table) {
      if (queue < 0 || queue >= queues) {
        throw refused("queue " + queue + " in its table", "0 to " + (queues - 1));
      }
    }
    if (unclassified != 0) {
      // Frames without a hash go to queue 0: no call of DPDK moves them.
      throw refused("queue " + unclassified + " for frames that no type matches", "queue 0");
    }
    RssTable.Hash next = new RssTable.Hash(RssTypes.used(types, device.types()), fit(key));
    if (started) {
      set(next, table);
    }
    hash = next;
    this.table = table.clone();
  }

  /** The key in the device's length: what it computes beyond 40 bytes no type here needs. */
  private byte[] fit(byte[] key) throws DriverException {
    if (key.length < 40) {
      throw refused("a key of " + key.length + " bytes", "40 bytes or more");
    }
    return Arrays.copyOf(key, device.keyBytes());
  }

  /** Both or none. */
  private void set(RssTable.Hash next, int[] entries) throws DriverException {
    int[] before = device.queues();
    device.queues(entries);
    try {
      device.hash(next);
    } catch (DriverException e) {
      device.queues(before);
      throw e;
    }
  }

  @Override
  public void reset() throws DriverException {
    if (started && table != null) {
      set(ownHash, ownTable);
    }
    hash = null;
    table = null;
  }

  @Override
  public Set<String> programs() {
    return Set.of();
  }

  @Override
  public void program(String kind, int descriptor) throws DriverException {
    throw refused("a program of kind \"" + kind + "\"", "a table");
  }

  private static DriverException refused(String what, String takes) {
    return new DriverException(
        Reason.UNSUPPORTED, "This device cannot scale by " + what + ".", "It takes " + takes + ".");
  }
}
