package org.vhostdp.driver.tap;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortConfig;

/**
 * A port's configuration, read.
 *
 * @param ifname interface to make or to use; a {@code %d} in it is a number of the kernel's choice
 * @param netns network namespace to work in, or null for the process's own
 * @param device macvtap character device, or null for a TAP
 * @param persist the interface outlives the port
 * @param mac address of the kernel's side, six bytes, or null to leave it
 * @param up set the interface up on opening
 * @param addresses IP addresses of the kernel's side
 * @param sendBuffer bytes in flight towards the kernel
 * @param queues most queue pairs
 * @param calls how bursts are sent
 */
record TapOptions(
    String ifname,
    Path netns,
    Path device,
    boolean persist,
    byte[] mac,
    boolean up,
    List<Address> addresses,
    int sendBuffer,
    int queues,
    Calls calls) {

  /** Longest interface name, bytes: IFNAMSIZ less the terminating zero. */
  static final int LONGEST_NAME = 15;

  /** Queues of one TAP device: MAX_TAP_QUEUES of the kernel. */
  static final int MOST_QUEUES = 256;

  private static final String DEFAULT_NAME = "vdp%d";

  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string(
              "ifname",
              "Interface to make, or an existing persistent TAP to use; %d stands for a number"
                  + " that the kernel chooses (default "
                  + DEFAULT_NAME
                  + ")."),
          ConfigKey.path("netns", "Network namespace to work in, such as /run/netns/blue."),
          ConfigKey.path("device", "Existing macvtap device, such as /dev/tap7; excludes ifname."),
          ConfigKey.bool("persist", "Whether the interface outlives the port.")
              .withDefault("false"),
          ConfigKey.mac("mac", "Address of the kernel's side of the interface."),
          ConfigKey.bool("up", "Whether to set the interface up.").withDefault("true"),
          ConfigKey.string(
              "address",
              "IP addresses for the kernel's side, such as 192.0.2.1/24, separated by commas."),
          ConfigKey.integer(
              "sndbuf",
              4096,
              Integer.MAX_VALUE,
              "Most bytes in flight towards the kernel before it pushes back (default: no limit)."),
          ConfigKey.integer("queues", 1, MOST_QUEUES, "Most queue pairs.").withDefault("16"),
          ConfigKey.choice(
                  "io",
                  List.of("auto", "plain", "uring"),
                  "System calls for bursts: one a frame, or many frames by io_uring.")
              .withDefault("auto"));

  /** How bursts are sent: a system call for each frame, or many by one. */
  enum Calls {
    AUTO,
    PLAIN,
    URING
  }

  /** An IP address and its prefix length. */
  record Address(InetAddress address, int prefix) {}

  /**
   * Reads checked values.
   *
   * @throws DriverException if two contradict, or one is not what its key needs
   */
  static TapOptions of(PortConfig config) throws DriverException {
    Path device = config.text("device").map(Path::of).orElse(null);
    if (device != null && config.text("ifname").isPresent()) {
      throw wrong(
          "The keys \"ifname\" and \"device\" exclude each other.",
          "A macvtap device has its name already: leave out \"ifname\".");
    }
    if (device != null && config.flag("persist")) {
      throw wrong(
          "The key \"persist\" has no meaning with \"device\".",
          "A macvtap device persists until it is deleted: leave out \"persist\".");
    }
    return new TapOptions(
        name(config.text("ifname").orElse(DEFAULT_NAME)),
        config.text("netns").map(Path::of).orElse(null),
        device,
        config.flag("persist"),
        mac(config),
        config.flag("up"),
        addresses(config.text("address").orElse("")),
        config.number("sndbuf").orElse((long) Integer.MAX_VALUE).intValue(),
        config.number("queues").orElseThrow().intValue(),
        calls(config));
  }

  private static Calls calls(PortConfig config) throws DriverException {
    Calls calls = Calls.valueOf(config.text("io").orElseThrow().toUpperCase(Locale.ROOT));
    if (calls == Calls.URING && config.number("sndbuf").isPresent()) {
      throw wrong(
          "The keys \"sndbuf\" and io = \"uring\" exclude each other.",
          "A full send buffer must stop a burst, which io_uring cannot: leave out one of them.");
    }
    return calls;
  }

  /** Whether the kernel may push back. */
  boolean hasSendLimit() {
    return sendBuffer != Integer.MAX_VALUE;
  }

  /** Whether the kernel chooses a number in the name. */
  boolean isPattern() {
    return ifname.indexOf('%') >= 0;
  }

  /** How messages call the device. */
  String object() {
    return device != null ? device.toString() : ifname;
  }

  private static String name(String name) throws DriverException {
    if (name.length() > LONGEST_NAME) {
      throw wrong(
          "The key \"ifname\" = \"" + name + "\" has " + name.length() + " characters.",
          "Use at most " + LONGEST_NAME + ".");
    }
    // The kernel's dev_valid_name(), in ASCII, and its rule that %d is the only pattern.
    boolean valid = name.matches("[!-~&&[^/:%]]*(%d)?[!-~&&[^/:%]]*");
    if (!valid || name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw wrong(
          "The key \"ifname\" = \"" + name + "\" is not an interface name.",
          "Use letters, digits, '.', '-' and '_', and at most one %d.");
    }
    return name;
  }

  private static byte[] mac(PortConfig config) throws DriverException {
    byte[] mac = config.mac("mac").orElse(null);
    if (mac != null && ((mac[0] & 1) != 0 || Arrays.equals(mac, new byte[6]))) {
      throw wrong(
          "The key \"mac\" = " + config.text("mac").orElse("") + " is not of a single station.",
          "Clear the lowest bit of its first byte, and let it not be all zero.");
    }
    return mac;
  }

  private static List<Address> addresses(String text) throws DriverException {
    List<Address> addresses = new ArrayList<>();
    for (String part : text.split("[,\\s]+")) {
      if (!part.isEmpty()) {
        addresses.add(address(part));
      }
    }
    return List.copyOf(addresses);
  }

  private static Address address(String text) throws DriverException {
    int slash = text.indexOf('/');
    // Digits, dots and colons only: nothing that a resolver would be asked about.
    if (slash > 0 && text.substring(0, slash).matches("[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F.:]*")) {
      try {
        InetAddress address = InetAddress.getByName(text.substring(0, slash));
        int prefix = Integer.parseInt(text.substring(slash + 1));
        if (prefix >= 0 && prefix <= 8 * address.getAddress().length) {
          return new Address(address, prefix);
        }
      } catch (UnknownHostException | NumberFormatException e) {
        throw notAnAddress(text);
      }
    }
    throw notAnAddress(text);
  }

  private static DriverException notAnAddress(String text) {
    return wrong(
        "\"" + text + "\" in \"address\" is not an IP address with a prefix length.",
        "Write it like 192.0.2.1/24 or 2001:db8::1/64.");
  }

  private static DriverException wrong(String message, String advice) {
    return new DriverException(Reason.CONFIGURATION, message, advice);
  }
}
