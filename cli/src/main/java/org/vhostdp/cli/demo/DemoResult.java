package org.vhostdp.cli.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.cli.text.Table;
import org.vhostdp.cli.text.Units;

/**
 * What a demonstration saw.
 *
 * @param plan what it did
 * @param guest what the guest is
 * @param bootNanos until it took commands; 0 for the built-in one
 * @param ping pings of the guest
 * @param protocol of the two transfers
 * @param fromGuest what arrived from the guest
 * @param toGuest what arrived at the guest; null where there is no other side
 * @param traffic what crossed the port
 */
public record DemoResult(
    DemoPlan plan,
    String guest,
    long bootNanos,
    PingText ping,
    String protocol,
    Transfer fromGuest,
    Transfer toGuest,
    Traffic traffic) {

  /** For programs. */
  public Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("ok", true);
    out.put("guest", plan.guest().name());
    out.put("guest_system", guest);
    out.put("boot_ns", bootNanos);
    out.put("driver", plan.driver());
    out.put("queue_pairs", plan.queues());
    out.put("mtu", plan.effectiveMtu());
    Map<String, Object> pings = new LinkedHashMap<>();
    pings.put("sent", ping.sent());
    pings.put("received", ping.received());
    pings.put("best_ns", ping.bestNanos());
    pings.put("mean_ns", ping.meanNanos());
    out.put("ping", pings);
    out.put("protocol", protocol);
    out.put("guest_to_host", fromGuest.json());
    out.put("host_to_guest", toGuest == null ? null : toGuest.json());
    Map<String, Object> port = new LinkedHashMap<>();
    port.put("tx_frames", traffic.fromGuest());
    port.put("tx_bytes", traffic.fromGuestBytes());
    port.put("rx_frames", traffic.toGuest());
    port.put("rx_bytes", traffic.toGuestBytes());
    port.put("dropped", traffic.dropped());
    port.put("driver_dropped", traffic.driverDropped());
    out.put("port", port);
    return out;
  }

  /** For people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("What crossed virtio core and " + plan.driver() + " driver:");
    lines.add("");
    Table table = new Table("", ">GUEST SENT", ">GUEST RECEIVED");
    table.row("ping", ping.sent() + " requests", ping.received() + " replies");
    table.row(protocol, fromGuest.text(), toGuest == null ? null : toGuest.text());
    table.row("frames", traffic.fromGuest(), traffic.toGuest());
    table.row("bytes", Units.bytes(traffic.fromGuestBytes()), Units.bytes(traffic.toGuestBytes()));
    table.lines().forEach(line -> lines.add("  " + line));
    lines.add("");
    lines.add(
        "  round trip %s at best, %s on average; %d frames dropped by the dataplane, %d by the driver"
            .formatted(
                Units.latency(ping.bestNanos()),
                Units.latency(ping.meanNanos()),
                traffic.dropped(),
                traffic.driverDropped()));
    return lines;
  }
}
