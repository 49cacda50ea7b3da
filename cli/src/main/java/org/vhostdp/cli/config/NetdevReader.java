package org.vhostdp.cli.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.port.PortSpec;

/** Reads [netdev.NAME] sections. */
final class NetdevReader {
  private static final int OWNER_ONLY = 0600;
  private static final int LEAST_MTU = 68;
  private static final int MOST_MTU = 65535;

  private final Path sockets;
  private final Mistakes mistakes;
  private final Map<String, Long> features = FeatureNames.known();
  private final ServicesReader services = new ServicesReader();

  NetdevReader(Path sockets, Mistakes mistakes) {
    this.sockets = sockets;
    this.mistakes = mistakes;
  }

  Netdev read(Section section) {
    SectionReader keys = new SectionReader(section, mistakes);
    keys.missing("driver", "the name of a [driver.NAME] section");
    String driver = keys.text("driver", "", "the name of a driver section");
    int queues = keys.number("queues", 1, PortSpec.MAX_QUEUE_PAIRS, 1);
    PortSpec port =
        new PortSpec(
            section.name(),
            queues,
            keys.number("mtu", LEAST_MTU, MOST_MTU, 0),
            mac(keys),
            mask(keys, section),
            services.read(keys, queues));
    SocketSpec socket = socket(keys, section);
    keys.refuseOthers();
    return new Netdev(port, driver, socket);
  }

  private SocketSpec socket(SectionReader keys, Section section) {
    Path path = Path.of(keys.text("socket", sockets + "/" + section.name() + ".sock", "a path"));
    int permissions = permissions(keys);
    boolean configSpace = keys.flag("config-space", true);
    Value mode = keys.value("mode");
    boolean client = mode != null && "client".equals(mode.raw());
    if (mode != null && !client && !"server".equals(mode.raw())) {
      keys.wrong(mode, "mode", "\"server\" (this side listens) or \"client\" (it connects)");
    }
    Value given = keys.value("socket-mode");
    if (client && given != null) {
      mistakes.add(
          given.where(),
          "In %s: socket-mode has no meaning with mode = \"client\"; the other side makes the socket."
              .formatted(section.label()));
    }
    SocketSpec spec = client ? SocketSpec.client(path) : SocketSpec.server(path, permissions);
    return spec.withConfigSpace(configSpace);
  }

  private static int permissions(SectionReader keys) {
    Value value = keys.value("socket-mode");
    if (value == null) {
      return OWNER_ONLY;
    }
    // 0600 without quotes would be another number, so only text is taken.
    int bits = value.raw() instanceof String text ? Numbers.octal(text) : -1;
    if (bits < 0) {
      keys.wrong(value, "socket-mode", "permission bits in octal and in quotes, such as \"0660\"");
      return OWNER_ONLY;
    }
    return bits;
  }

  private static byte[] mac(SectionReader keys) {
    Value value = keys.value("mac");
    if (value == null) {
      return null;
    }
    byte[] mac = value.raw() instanceof String text ? macBytes(text) : null;
    if (mac == null || (mac[0] & 1) != 0) {
      keys.wrong(value, "mac", "the MAC address of one station, such as \"52:54:00:12:34:56\"");
      return null;
    }
    return mac;
  }

  private static byte[] macBytes(String text) {
    if (text.length() != 17) {
      return null;
    }
    byte[] mac = new byte[6];
    for (int i = 0; i < mac.length; i++) {
      int high = Character.digit(text.charAt(3 * i), 16);
      int low = Character.digit(text.charAt(3 * i + 1), 16);
      boolean end = i == mac.length - 1;
      if (high < 0 || low < 0 || !end && text.charAt(3 * i + 2) != ':') {
        return null;
      }
      mac[i] = (byte) (high << 4 | low);
    }
    return mac;
  }

  private long mask(SectionReader keys, Section section) {
    long mask = -1L;
    List<String> words = keys.words("disable");
    for (String word : words) {
      Long bit = features.get(word);
      if (bit == null) {
        mistakes.add(
            keys.value("disable").where(),
            "In %s: \"%s\" in \"disable\" is no feature (known: %s).%s"
                .formatted(
                    section.label(),
                    word,
                    String.join(", ", features.keySet()),
                    Suggestion.question(word, features.keySet())));
      } else {
        mask &= ~bit;
      }
    }
    return mask;
  }
}
