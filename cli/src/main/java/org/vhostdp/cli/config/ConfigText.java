package org.vhostdp.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.config.DataplaneConfig;
import org.vhostdp.dataplane.config.DataplaneConfig.DriverSection;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.port.PortServices;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.store.DriverRefused;

/** A configuration as it takes effect, defaults filled in, secrets left out. */
public final class ConfigText {
  private ConfigText() {}

  /**
   * Sections by name, as JSON values and in the form of the file.
   *
   * @param metrics where metrics are asked for, or null
   */
  public static Map<String, Object> sections(
      DataplaneConfig config,
      DriverPolicy policy,
      ListenAddress metrics,
      ConfigDraft.Schemas schemas)
      throws DriverRefused {
    Map<String, Object> out = new LinkedHashMap<>();
    Map<String, Object> io = new LinkedHashMap<>();
    io.put("io-threads", config.io().threads());
    io.put("io-cpus", config.io().cpus());
    io.put("spin-us", config.io().spinMicros());
    io.put("busy-time", config.io().busyTime());
    if (metrics != null) {
      io.put("metrics", metrics.toString());
    }
    out.put("dataplane", io);
    out.putAll(policy.sections());
    Map<String, Object> drivers = new LinkedHashMap<>();
    for (DriverSection section : config.drivers()) {
      drivers.put(section.name(), driver(section, schemas));
    }
    out.put("driver", drivers);
    Map<String, Object> netdevs = new LinkedHashMap<>();
    config.netdevs().forEach(netdev -> netdevs.put(netdev.port().id(), netdev(netdev)));
    out.put("netdev", netdevs);
    return out;
  }

  private static Map<String, Object> driver(DriverSection section, ConfigDraft.Schemas schemas)
      throws DriverRefused {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("type", section.type());
    if (section.request().versions() != null) {
      keys.put("version", section.request().versions().toString());
    }
    if (section.request().trust() != null) {
      keys.put("trust", section.request().trust().word());
    }
    for (ConfigKey key : schemas.of(section.request()).keys()) {
      String value = section.values().getOrDefault(key.name(), key.defaultValue());
      if (value != null) {
        keys.put(key.name(), key.secret() ? "(secret)" : typed(key, value));
      }
    }
    return keys;
  }

  private static Object typed(ConfigKey key, String value) {
    return switch (key.type()) {
      case INTEGER -> Long.valueOf(value);
      case BOOLEAN -> Boolean.valueOf(value);
      default -> value;
    };
  }

  private static Map<String, Object> netdev(Netdev netdev) {
    Map<String, Object> keys = new LinkedHashMap<>();
    SocketSpec socket = netdev.socket();
    keys.put("driver", netdev.driver());
    if (socket.path() != null) {
      keys.put("socket", socket.path().toString());
      keys.put("mode", socket.mode() == SocketSpec.Mode.CLIENT ? "client" : "server");
    }
    if (socket.mode() == SocketSpec.Mode.SERVER) {
      keys.put("socket-mode", "0" + Integer.toOctalString(socket.permissions()));
    }
    keys.put("queues", netdev.port().queuePairs());
    if (netdev.port().mtu() != 0) {
      keys.put("mtu", netdev.port().mtu());
    }
    if (netdev.port().mac() != null) {
      keys.put("mac", mac(netdev.port().mac()));
    }
    List<String> disabled = disabled(netdev.port().featureMask());
    if (!disabled.isEmpty()) {
      keys.put("disable", disabled);
    }
    keys.put("config-space", socket.configSpace());
    services(netdev.port().services(), keys);
    return keys;
  }

  private static void services(PortServices services, Map<String, Object> keys) {
    keys.put("profile", services.profile().name());
    keys.put("driver-queues", services.driverQueues());
    keys.put("steering", services.steering().policy());
    keys.put("flows", services.steering().flows());
    keys.put("qos", services.qos().lines());
  }

  /** Six bytes in hexadecimal, separated by colons. */
  public static String mac(byte[] mac) {
    StringBuilder out = new StringBuilder(17);
    for (byte b : mac) {
      out.append(out.isEmpty() ? "" : ":");
      out.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
    }
    return out.toString();
  }

  private static List<String> disabled(long mask) {
    List<String> names = new ArrayList<>();
    FeatureNames.known()
        .forEach(
            (name, bit) -> {
              if ((mask & bit) == 0) {
                names.add(name);
              }
            });
    return names;
  }

  /** The same as TOML. */
  public static String toml(Map<String, Object> sections) {
    StringBuilder out = new StringBuilder();
    sections.forEach(
        (kind, value) -> {
          Map<?, ?> map = (Map<?, ?>) value;
          if (!kind.equals("driver") && !kind.equals("netdev")) {
            section(out, kind, map);
          } else {
            map.forEach(
                (name, keys) -> section(out, kind + "." + quotedKey(name), (Map<?, ?>) keys));
          }
        });
    return out.toString();
  }

  /** A bare key may hold everything that a name may, but dots. */
  private static String quotedKey(Object name) {
    String text = name.toString();
    return text.indexOf('.') >= 0 ? '"' + text + '"' : text;
  }

  private static void section(StringBuilder out, String header, Map<?, ?> keys) {
    out.append(out.isEmpty() ? "" : "\n").append('[').append(header).append("]\n");
    keys.forEach((key, value) -> out.append(key).append(" = ").append(literal(value)).append('\n'));
  }

  private static String literal(Object value) {
    if (value instanceof String text) {
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
    if (value instanceof List<?> list) {
      List<String> parts = new ArrayList<>();
      list.forEach(element -> parts.add(literal(element)));
      return "[" + String.join(", ", parts) + "]";
    }
    return value.toString();
  }
}
