package org.vhostdp.driver.dpdk;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vhostdp.driver.dpdk.eal.Eal;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortConfig;

/**
 * A port's configuration, read.
 *
 * @param source the kind of device: the key that names it
 * @param name that key's value
 * @param eal arguments for EAL
 * @param pages whether DPDK's memory is in huge pages
 * @param mbufs of the process
 * @param room bytes of data in each
 * @param descriptors of each queue and direction
 * @param queues most queue pairs
 * @param promiscuous whether frames for any address are received
 * @param flow rules of rte_flow, or empty
 */
record DpdkOptions(
    Source source,
    String name,
    String eal,
    Eal.Pages pages,
    int mbufs,
    int room,
    int descriptors,
    int queues,
    boolean promiscuous,
    String flow) {

  private static final int MOST_MBUFS = 1 << 22;

  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string(
              "wire",
              "Name of a wire between two ports of this process (net_ring): give both the same."),
          ConfigKey.string(
              "vdev", "Virtual device to make, with its arguments, such as net_tap0,iface=dtap0."),
          ConfigKey.string("pci", "Address of a NIC to take, such as 0000:03:00.0."),
          ConfigKey.string("port", "Name of a port that DPDK has already, made by \"eal\"."),
          ConfigKey.string(
                  "eal", "Arguments for DPDK's EAL; the same in all sections of a process.")
              .withDefault(""),
          ConfigKey.choice(
                  "hugepages",
                  List.of("auto", "on", "off"),
                  "Whether DPDK's memory is in huge pages; auto takes them if enough are free.")
              .withDefault("auto"),
          ConfigKey.integer(
                  "mbufs", 1024, MOST_MBUFS, "Mbufs of the process, shared by all its ports.")
              .withDefault("40960"),
          ConfigKey.integer("room", 512, 65344, "Bytes of a frame that fit into an mbuf.")
              .withDefault("2048"),
          ConfigKey.integer("descriptors", 32, 32768, "Descriptors of each queue and direction.")
              .withDefault("256"),
          ConfigKey.integer("queues", 1, 64, "Most queue pairs.").withDefault("8"),
          ConfigKey.bool("promiscuous", "Whether to receive frames for any MAC address.")
              .withDefault("true"),
          ConfigKey.string("flow", "Rules of rte_flow, separated by semicolons.").withDefault(""));

  /** The keys that name a device. */
  enum Source {
    WIRE,
    VDEV,
    PCI,
    PORT;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Reads checked values.
   *
   * @throws DriverException if no device is named, or more than one
   */
  static DpdkOptions of(PortConfig config) throws DriverException {
    Source source = source(config);
    return new DpdkOptions(
        source,
        name(source, config.text(source.key()).orElseThrow()),
        config.text("eal").orElse("").strip(),
        Eal.Pages.valueOf(config.text("hugepages").orElseThrow().toUpperCase(Locale.ROOT)),
        number(config, "mbufs"),
        number(config, "room"),
        number(config, "descriptors"),
        number(config, "queues"),
        config.flag("promiscuous"),
        config.text("flow").orElse(""));
  }

  private static int number(PortConfig config, String key) {
    return config.number(key).orElseThrow().intValue();
  }

  private static Source source(PortConfig config) throws DriverException {
    List<Source> named = new ArrayList<>();
    for (Source source : Source.values()) {
      if (config.text(source.key()).isPresent()) {
        named.add(source);
      }
    }
    if (named.size() != 1) {
      throw new DriverException(
          Reason.CONFIGURATION,
          named.isEmpty()
              ? "The section names no device."
              : "The keys \""
                  + named.get(0).key()
                  + "\" and \""
                  + named.get(1).key()
                  + "\" exclude each other.",
          "Write one of \"vdev\", \"pci\", \"port\" and \"wire\".");
    }
    return named.get(0);
  }

  private static String name(Source source, String text) throws DriverException {
    String form =
        switch (source) {
          // Names of rings and ports are made of it, and have 31 characters.
          case WIRE -> "[A-Za-z0-9_.-]{1,18}";
          case VDEV -> "[a-z][A-Za-z0-9_-]{0,62}(,.*)?";
          case PCI -> "([0-9a-fA-F]{1,4}:)?[0-9a-fA-F]{1,2}:[0-9a-fA-F]{1,2}\\.[0-7](,.*)?";
          case PORT -> "\\S{1,63}";
        };
    if (!text.matches(form)) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "The key \"" + source.key() + "\" = \"" + text + "\" names no device.",
          switch (source) {
            case WIRE -> "Use 1 to 18 letters, digits, '.', '-' and '_'.";
            case VDEV -> "Write it like net_tap0,iface=dtap0.";
            case PCI -> "Write it like 0000:03:00.0.";
            case PORT -> "Write the name that DPDK has for it, such as net_null0.";
          });
    }
    return text;
  }
}
