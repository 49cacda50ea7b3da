package org.vhostdp.driver.netmap;

import java.nio.file.Path;
import java.util.List;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortConfig;

/**
 * A port's configuration, read.
 *
 * @param port netmap's name of it
 * @param netns network namespace that it is in, or null for the process's own
 * @param queues most queue pairs
 * @param slots of each ring, or 0 for the usual number
 * @param extra spare buffers of each queue
 * @param vnet whether frames come and go with a virtio header
 */
record NetmapOptions(PortName port, Path netns, int queues, int slots, int extra, boolean vnet) {
  /** Rings of one direction that a VALE port or a pipe can have: NM_BDG_MAXRINGS. */
  private static final int MOST_RINGS = 16;

  /** Slots of a VALE port's ring, at most: NM_BDG_MAXSLOTS. */
  private static final int MOST_SLOTS = 4096;

  /** A switch drops what finds no room, and counts it nowhere: its rings are long. */
  private static final int VALE_SLOTS = 4096;

  private static final int PIPE_SLOTS = 1024;
  private static final String AUTO = "auto";

  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string(
                  "port",
                  "The netmap port: vale0:1, vale0:1{2 and vale0:1}2 (pipe), netmap:eth0,"
                      + " netmap:eth0^ (host rings); /r, /t, /z behind it for a monitor.")
              .mandatory(),
          ConfigKey.path("netns", "Network namespace it is in, such as /run/netns/blue."),
          ConfigKey.integer("queues", 1, 64, "Most queue pairs.").withDefault("8"),
          ConfigKey.integer(
              "slots",
              64,
              MOST_SLOTS,
              "Slots of each ring (default: 4096 on a switch, 1024 on a pipe, the interface's"
                  + " own)."),
          ConfigKey.integer(
                  "extra-buffers",
                  0,
                  65536,
                  "Spare buffers of each queue, which stand in for received frames while these are"
                      + " lent.")
              .withDefault("0"),
          ConfigKey.choice(
                  "vnet-hdr",
                  List.of(AUTO, "on", "off"),
                  "Whether frames come and go with a virtio header, so that checksums and"
                      + " segmentation can be left open: auto means on at a VALE switch.")
              .withDefault(AUTO));

  /**
   * Reads checked values.
   *
   * @throws DriverException if they contradict each other
   */
  static NetmapOptions of(PortConfig config) throws DriverException {
    PortName port = PortName.of(config.text("port").orElseThrow());
    int queues = config.number("queues").orElseThrow().intValue();
    int most = port.makesRings() ? Math.min(queues, MOST_RINGS) : queues;
    int slots = config.number("slots").orElse(0L).intValue();
    return new NetmapOptions(
        port,
        config.text("netns").map(Path::of).orElse(null),
        port.ring() >= 0 ? 1 : most,
        slots == 0 ? usual(port) : slots,
        config.number("extra-buffers").orElseThrow().intValue(),
        vnet(port, config.text("vnet-hdr").orElseThrow()));
  }

  private static int usual(PortName port) {
    if (!port.makesRings()) {
      return 0;
    }
    return port.kind() == PortName.Kind.VALE ? VALE_SLOTS : PIPE_SLOTS;
  }

  private static boolean vnet(PortName port, String choice) throws DriverException {
    if (choice.equals(AUTO)) {
      return port.kind() == PortName.Kind.VALE && !port.monitors();
    }
    boolean on = choice.equals("on");
    if (on && port.onInterface()) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "The key \"vnet-hdr\" = \"on\" does not go with the port " + port + ".",
          "Frames of a network interface have no virtio header: leave the key out.");
    }
    return on;
  }
}
