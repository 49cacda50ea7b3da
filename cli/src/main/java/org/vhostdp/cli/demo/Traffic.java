package org.vhostdp.cli.demo;

import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vhostdp.cli.text.Units;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.port.DeviceStatus;
import org.vhostdp.spi.Statistics;

/**
 * What crossed a port until a moment.
 *
 * @param nanos the moment, by System.nanoTime()
 * @param toGuest frames the guest received
 * @param toGuestBytes bytes of those
 * @param fromGuest frames the guest sent
 * @param fromGuestBytes bytes of those
 * @param drops frames lost in the dataplane, by direction and reason; none that is 0, and none that
 *     waited when the guest changed its queues
 * @param driverDropped frames lost by the driver, in both directions
 */
record Traffic(
    long nanos,
    long toGuest,
    long toGuestBytes,
    long fromGuest,
    long fromGuestBytes,
    SortedMap<String, Long> drops,
    long driverDropped) {
  private static final String DROPPED = "DROPPED_";

  static Traffic of(VhostUserPort port) {
    DeviceStatus status = port.status();
    SortedMap<String, Long> dropped = new TreeMap<>();
    for (Name name : Name.values()) {
      // What waited for a guest that changed its queues just then was lost by the guest's own
      // doing.
      if (name.name().startsWith(DROPPED) && name != Name.DROPPED_STOPPED) {
        String why = name.name().substring(DROPPED.length()).toLowerCase(Locale.ROOT);
        count(dropped, "from the guest: " + why, status.total(false, name));
        count(dropped, "to the guest: " + why, status.total(true, name));
      }
    }
    Statistics driver = new Statistics();
    port.driver().statistics(driver);
    return new Traffic(
        System.nanoTime(),
        status.total(true, Name.FRAMES),
        status.total(true, Name.BYTES),
        status.total(false, Name.FRAMES),
        status.total(false, Name.BYTES),
        dropped,
        driver.rxDropped + driver.rxErrors + driver.txDropped + driver.txErrors);
  }

  private static void count(SortedMap<String, Long> drops, String why, long frames) {
    if (frames > 0) {
      drops.put(why, frames);
    }
  }

  /** Frames lost in the dataplane, in both directions. */
  long dropped() {
    return drops.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Rates since another moment, on one line. */
  String since(Traffic before) {
    double seconds = Math.max(1, nanos - before.nanos) / 1e9;
    return "guest sent %s, %s; received %s, %s"
        .formatted(
            Units.decimal(8 * (fromGuestBytes - before.fromGuestBytes) / seconds, "bit/s"),
            Units.decimal((fromGuest - before.fromGuest) / seconds, "frames/s"),
            Units.decimal(8 * (toGuestBytes - before.toGuestBytes) / seconds, "bit/s"),
            Units.decimal((toGuest - before.toGuest) / seconds, "frames/s"));
  }
}
