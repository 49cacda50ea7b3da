package org.vhostdp.driver.afpacket;

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
 * @param ifname the interface
 * @param netns network namespace it is in, or null for the process's own
 * @param queues most queue pairs
 * @param fanout how received frames are spread over queues
 * @param bypass past the interface's queueing discipline
 * @param filter which frames are received, or null for all
 * @param promiscuous frames for all stations are received
 * @param frames of the receive ring, or 0 for as many as are usual
 * @param vnet whether frames come and go with a virtio header: "auto", "on" or "off"
 * @param blocks received frames come in blocks (TPACKET_V3), not one by one (TPACKET_V2)
 */
record PacketOptions(
    String ifname,
    Path netns,
    int queues,
    Fanout fanout,
    boolean bypass,
    PacketFilter filter,
    boolean promiscuous,
    int frames,
    String vnet,
    boolean blocks) {

  /** Longest interface name, bytes: IFNAMSIZ less the terminating zero. */
  private static final int LONGEST_NAME = 15;

  /** Sockets of one fanout group: PACKET_FANOUT_MAX before Linux 5.11. */
  private static final int MOST_QUEUES = 256;

  private static final String AUTO = "auto";

  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string("ifname", "Existing Ethernet interface to work on.").mandatory(),
          ConfigKey.path("netns", "Network namespace it is in, such as /run/netns/blue."),
          ConfigKey.integer("queues", 1, MOST_QUEUES, "Most queue pairs.").withDefault("16"),
          ConfigKey.string(
                  "fanout",
                  "How received frames are spread over queues: hash, cpu, lb, or ebpf:PATH of a"
                      + " pinned program.")
              .withDefault(Fanout.HASH),
          ConfigKey.bool(
                  "qdisc-bypass", "Whether to send past the interface's queueing discipline.")
              .withDefault("false"),
          ConfigKey.string(
              "filter",
              "Which frames are received: a classic BPF program as tcpdump -ddd prints it, or a"
                  + " file that holds one."),
          ConfigKey.bool("promiscuous", "Whether to receive frames for all stations.")
              .withDefault("true"),
          ConfigKey.integer(
              "ring", 16, 1 << 20, "Frames of each receive ring (default: about 8 MiB)."),
          ConfigKey.choice(
                  "vnet-hdr",
                  List.of(AUTO, "on", "off"),
                  "Whether checksums and segmentation are left to whoever is last to do them.")
              .withDefault(AUTO),
          ConfigKey.choice(
                  "receive",
                  List.of("v2", "v3"),
                  "Receive ring: v2 gives each frame at once, v3 in blocks and up to 1 ms later.")
              .withDefault("v2"));

  /**
   * Reads checked values.
   *
   * @throws DriverException if one is not what its key needs
   */
  static PacketOptions of(PortConfig config) throws DriverException {
    String filter = config.text("filter").orElse(null);
    return new PacketOptions(
        name(config.text("ifname").orElseThrow()),
        config.text("netns").map(Path::of).orElse(null),
        config.number("queues").orElseThrow().intValue(),
        Fanout.of(config.text("fanout").orElseThrow()),
        config.flag("qdisc-bypass"),
        filter == null ? null : PacketFilter.of(filter),
        config.flag("promiscuous"),
        config.number("ring").orElse(0L).intValue(),
        config.text("vnet-hdr").orElseThrow(),
        config.text("receive").orElseThrow().equals("v3"));
  }

  private static String name(String name) throws DriverException {
    // The kernel's dev_valid_name(), in ASCII.
    boolean valid = name.matches("[!-~&&[^/:]]{1," + LONGEST_NAME + "}");
    if (!valid || name.equals(".") || name.equals("..")) {
      throw wrong(
          "The key \"ifname\" = \"" + name + "\" is not an interface name.",
          "Use 1 to " + LONGEST_NAME + " letters, digits, '.', '-' and '_'.");
    }
    return name;
  }

  static DriverException wrong(String message, String advice) {
    return new DriverException(Reason.CONFIGURATION, message, advice);
  }
}
