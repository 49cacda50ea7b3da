package org.vhostdp.driver.afxdp;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.vhostdp.driver.afxdp.program.ProgramOptions;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortConfig;

/**
 * A port's configuration, read.
 *
 * @param ifname interface to work on
 * @param netns network namespace it is in, or null for the process's own
 * @param queues most queue pairs
 * @param firstQueue the interface's queue that is the port's first
 * @param program what XDP program, in which mode
 * @param copy whether the kernel copies frames
 * @param busyPoll microseconds a poll may work in the kernel, or 0 for interrupts
 * @param frames frames of a queue pair, half of them for each direction; 0: as many as may be
 *     locked, up to {@link #USUAL_FRAMES}
 * @param hugepages where the frames lie
 * @param checksum what to do about received frames without a checksum
 * @param flows rules of the interface's hardware; may be empty
 * @param promiscuous receive frames of any address
 * @param fds AF_XDP sockets that were passed in, not bound yet, one a queue pair
 */
record AfxdpOptions(
    String ifname,
    Path netns,
    int queues,
    int firstQueue,
    ProgramOptions program,
    Copy copy,
    int busyPoll,
    int frames,
    Pages hugepages,
    Checksum checksum,
    String flows,
    boolean promiscuous,
    List<Integer> fds) {

  /** Longest interface name, bytes: IFNAMSIZ less the terminating zero. */
  static final int LONGEST_NAME = 15;

  static final int MOST_QUEUES = 256;

  /** Frames of a queue pair where nothing says how many. */
  static final int USUAL_FRAMES = 4096;

  /** Fewer frames than that are not tried. */
  static final int LEAST_FRAMES = 1024;

  private static final String PROGRAM = "program";
  private static final String TAGS = "vlan-tags";

  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string("ifname", "Existing interface to work on.").mandatory(),
          ConfigKey.path("netns", "Network namespace it is in, such as /run/netns/blue."),
          ConfigKey.integer("queues", 1, MOST_QUEUES, "Most queue pairs.").withDefault("16"),
          ConfigKey.integer(
                  "first-queue", 0, 4095, "Queue of the interface that is the port's first.")
              .withDefault("0"),
          ConfigKey.choice(
                  "mode",
                  List.of("auto", "native", "skb"),
                  "Where the XDP program runs: in the interface's driver, or behind it.")
              .withDefault("auto"),
          ConfigKey.choice(
                  "copy",
                  List.of("auto", "zero-copy", "copy"),
                  "Whether the interface works on the port's memory itself, or the kernel copies.")
              .withDefault("auto"),
          ConfigKey.string(
                  PROGRAM,
                  "XDP program: auto, dispatcher (libxdp's), single, none, an object file /path.o,"
                      + " or pinned:/sys/fs/bpf/PATH, an XSKMAP that a program of yours redirects"
                      + " to.")
              .withDefault("auto"),
          ConfigKey.integer(
                  "busy-poll",
                  0,
                  1000,
                  "Microseconds a poll may work in the kernel; 0: interrupts.")
              .withDefault("0"),
          ConfigKey.integer(
              "frames",
              128,
              65536,
              "Frames of a queue pair, a power of two, 4 KiB each (default: 4096, fewer where so"
                  + " much memory may not be locked)."),
          ConfigKey.choice(
                  "hugepages", List.of("auto", "on", "off"), "Huge pages of 2 MiB for the frames.")
              .withDefault("auto"),
          ConfigKey.choice(
                  "checksum",
                  List.of("auto", "complete", "leave"),
                  "What to do about received frames whose checksum a local sender left open:"
                      + " complete it, or leave it; auto completes where such frames can come.")
              .withDefault("auto"),
          ConfigKey.choice(
                  TAGS,
                  List.of("auto", "on", "off"),
                  "Whether to put back VLAN tags that the interface takes out of received frames;"
                      + " auto does where interface and kernel tell them.")
              .withDefault("auto"),
          ConfigKey.string(
              "flows",
              "Rules for the interface's hardware that choose a flow's queue, as \"ethtool -N\""
                  + " takes them, separated by commas: udp4 dst-ip 192.0.2.1 dst-port 4789 queue"
                  + " 3."),
          ConfigKey.bool("promiscuous", "Whether to receive frames of any address.")
              .withDefault("true"),
          ConfigKey.string(
              "fds",
              "Descriptors of AF_XDP sockets that were passed in and are not bound, one a queue"
                  + " pair, separated by commas; for runs without privileges."));

  /** Who moves the bytes of a frame. */
  enum Copy {
    AUTO,
    ZERO_COPY,
    COPY
  }

  /** Whether to use huge pages. */
  enum Pages {
    AUTO,
    ON,
    OFF
  }

  /** What to do about open checksums. */
  enum Checksum {
    AUTO,
    COMPLETE,
    LEAVE
  }

  /**
   * Reads checked values.
   *
   * @throws DriverException if two contradict, or one is not what its key needs
   */
  static AfxdpOptions of(PortConfig config) throws DriverException {
    List<Integer> fds = descriptors(config.text("fds").orElse(""));
    AfxdpOptions options =
        new AfxdpOptions(
            name(config.text("ifname").orElseThrow()),
            config.text("netns").map(Path::of).orElse(null),
            number(config, "queues"),
            number(config, "first-queue"),
            program(config),
            Copy.valueOf(word(config, "copy").replace('-', '_')),
            number(config, "busy-poll"),
            config.number("frames").orElse(0L).intValue(),
            Pages.valueOf(word(config, "hugepages")),
            Checksum.valueOf(word(config, "checksum")),
            config.text("flows").orElse(""),
            config.flag("promiscuous"),
            fds);
    if (Integer.bitCount(options.frames) > 1) {
      throw wrong(
          "The key \"frames\" = " + options.frames + " is no power of two.",
          "Write " + Integer.highestOneBit(options.frames) + ".");
    }
    return options;
  }

  private static int number(PortConfig config, String key) {
    return config.number(key).orElseThrow().intValue();
  }

  private static String word(PortConfig config, String key) {
    return config.text(key).orElseThrow().toUpperCase(Locale.ROOT);
  }

  private static ProgramOptions program(PortConfig config) throws DriverException {
    String program = config.text(PROGRAM).orElseThrow();
    boolean known =
        List.of("auto", "dispatcher", "single", "none").contains(program)
            || program.startsWith("/")
            || program.startsWith("pinned:/");
    if (!known) {
      throw wrong(
          "The key \"program\" = \"" + program + "\" names no program.",
          "Write auto, dispatcher, single, none, the path of an object file, or pinned: and the"
              + " path of an XSKMAP.");
    }
    ProgramOptions.Mode mode = ProgramOptions.Mode.valueOf(word(config, "mode"));
    ProgramOptions.Tags tags = ProgramOptions.Tags.valueOf(word(config, TAGS));
    boolean able = mode != ProgramOptions.Mode.SKB && List.of("auto", "single").contains(program);
    if (tags == ProgramOptions.Tags.ON && !able) {
      throw wrong(
          "The key \"vlan-tags\" says on, which only this driver's own program alone can do, in"
              + " native mode.",
          "Leave out \"program\" and \"mode\", or write vlan-tags = \"auto\".");
    }
    return new ProgramOptions(mode, program, tags);
  }

  private static List<Integer> descriptors(String text) throws DriverException {
    List<Integer> fds = new ArrayList<>();
    for (String part : text.split("[,\\s]+")) {
      if (!part.isEmpty() && !part.matches("[0-9]{1,6}")) {
        throw wrong(
            "\"" + part + "\" in \"fds\" is not a descriptor.", "Write numbers, such as 3,4.");
      }
      if (!part.isEmpty()) {
        fds.add(Integer.valueOf(part));
      }
    }
    return List.copyOf(fds);
  }

  private static String name(String name) throws DriverException {
    // The kernel's dev_valid_name(), in ASCII.
    boolean valid = name.matches("[!-~&&[^/:%]]{1," + LONGEST_NAME + "}");
    if (!valid || name.equals(".") || name.equals("..")) {
      throw wrong(
          "The key \"ifname\" = \"" + name + "\" is not an interface name.",
          "Use 1 to " + LONGEST_NAME + " letters, digits, '.', '-' and '_'.");
    }
    return name;
  }

  private static DriverException wrong(String message, String advice) {
    return new DriverException(Reason.CONFIGURATION, message, advice);
  }
}
