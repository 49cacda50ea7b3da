package org.vhostdp.cli.demo;

import java.util.Locale;
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
 * @param dropped frames lost in the dataplane, in both directions
 * @param driverDropped frames lost by the driver, in both directions
 */
record Traffic(
    long nanos,
    long toGuest,
    long toGuestBytes,
    long fromGuest,
    long fromGuestBytes,
    long dropped,
    long driverDropped) {
  static Traffic of(VhostUserPort port) {
    DeviceStatus status = port.status();
    long dropped = 0;
    for (Name name : Name.values()) {
      if (name.name().toUpperCase(Locale.ROOT).startsWith("DROPPED")) {
        dropped += status.total(true, name) + status.total(false, name);
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
