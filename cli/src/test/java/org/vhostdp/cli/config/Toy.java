package org.vhostdp.cli.config;

import java.util.List;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.DriverRequest;

/** Drivers as far as a configuration knows them: their keys. */
final class Toy {
  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string("ifname", "Interface."),
          ConfigKey.string("address", "Addresses."),
          ConfigKey.path("netns", "Namespace."),
          ConfigKey.integer("depth", 1, 64, "Frames.").withDefault("8"),
          ConfigKey.bool("up", "Whether up.").withDefault("true"),
          ConfigKey.choice("full", List.of("wait", "drop"), "When full."),
          ConfigKey.string("password", "Secret.").confidential());

  private static final ConfigSchema NEEDY =
      ConfigSchema.of(ConfigKey.path("device", "Device.").mandatory());

  private Toy() {}

  /** The driver tap with optional keys, needy with one that must be given, and no other. */
  static ConfigSchema of(DriverRequest request) throws DriverRefused {
    return switch (request.id()) {
      case "tap" -> SCHEMA;
      case "needy" -> NEEDY;
      default -> throw new DriverRefused("There is no driver \"" + request.id() + "\" here.");
    };
  }
}
