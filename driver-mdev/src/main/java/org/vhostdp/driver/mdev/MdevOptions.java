package org.vhostdp.driver.mdev;

import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.vhostdp.driver.mdev.nic.NicOptions;
import org.vhostdp.driver.mdev.nic.RingLayout;
import org.vhostdp.driver.mdev.vfio.VfioApi;
import org.vhostdp.driver.mdev.vfio.VfioOptions;
import org.vhostdp.driver.mdev.vfio.VfioTarget;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortConfig;

/**
 * A port's configuration, read. Exactly one of pci, mdev and parent is not null.
 *
 * @param pci address of a PCI function, in full
 * @param mdev an existing mediated device
 * @param parent device that one is made of
 * @param type its type, with parent
 * @param uuid its name, with parent; null for any
 * @param api through which of the kernel's interfaces
 * @param bind take the function from its kernel driver, and give it back
 * @param queues most queue pairs
 * @param ring which rings to use
 * @param descriptors of each ring, a power of two
 * @param mtu bytes of layer 3 to begin with; 0 for the device's own
 */
record MdevOptions(
    String pci,
    UUID mdev,
    String parent,
    String type,
    UUID uuid,
    VfioApi api,
    boolean bind,
    int queues,
    RingLayout ring,
    int descriptors,
    int mtu) {

  private static final String AUTO = "auto";

  static final ConfigSchema SCHEMA =
      ConfigSchema.of(
          ConfigKey.string("pci", "Address of a PCI function, such as 0000:00:04.0."),
          ConfigKey.string("mdev", "UUID of an existing mediated device."),
          ConfigKey.string("parent", "Device to make a mediated device of, with \"type\"."),
          ConfigKey.string("type", "Type of the mediated device to make."),
          ConfigKey.string("uuid", "UUID of the mediated device to make (default: any)."),
          ConfigKey.choice(
                  "api",
                  List.of(AUTO, "group", "iommufd"),
                  "Which of the kernel's interfaces to VFIO is used.")
              .withDefault(AUTO),
          ConfigKey.bool(
                  "bind",
                  "Whether to take the function from its kernel driver, and give it back at the"
                      + " end.")
              .withDefault("false"),
          ConfigKey.integer("queues", 1, 256, "Most queue pairs.").withDefault("16"),
          ConfigKey.choice("ring", List.of(AUTO, "split", "packed"), "Layout of the rings.")
              .withDefault(AUTO),
          ConfigKey.integer("descriptors", 64, 4096, "Descriptors of each ring, a power of two.")
              .withDefault("256"),
          ConfigKey.integer("mtu", 68, 65521, "MTU to begin with (default: the device's own)."));

  /**
   * Reads checked values.
   *
   * @throws DriverException if one is not what its key needs, or they do not name one device
   */
  static MdevOptions of(PortConfig config) throws DriverException {
    MdevOptions options =
        new MdevOptions(
            address(config.text("pci").orElse(null)),
            uuid("mdev", config.text("mdev").orElse(null)),
            parent(config.text("parent").orElse(null)),
            type(config.text("type").orElse(null)),
            uuid("uuid", config.text("uuid").orElse(null)),
            VfioApi.valueOf(config.text("api").orElseThrow().toUpperCase(Locale.ROOT)),
            config.flag("bind"),
            config.number("queues").orElseThrow().intValue(),
            RingLayout.valueOf(config.text("ring").orElseThrow().toUpperCase(Locale.ROOT)),
            config.number("descriptors").orElseThrow().intValue(),
            config.number("mtu").orElse(0L).intValue());
    options.ensureOneDevice();
    if (Integer.bitCount(options.descriptors) != 1) {
      throw wrong(
          "The key \"descriptors\" = " + options.descriptors + " is not a power of two.",
          "Use 64, 128, 256, 512, 1024, 2048 or 4096.");
    }
    return options;
  }

  private void ensureOneDevice() throws DriverException {
    int named = (pci == null ? 0 : 1) + (mdev == null ? 0 : 1) + (parent == null ? 0 : 1);
    if (named != 1) {
      throw wrong(
          (named == 0 ? "None" : "More than one")
              + " of the keys \"pci\", \"mdev\" and \"parent\" is set, and they name the device.",
          "Set exactly one of them.");
    }
    if ((parent == null) != (type == null)) {
      throw wrong(
          "The key \"" + (parent == null ? "type" : "parent") + "\" is set without its other half.",
          "Making a mediated device takes \"parent\" and \"type\".");
    }
    if (uuid != null && parent == null) {
      throw wrong(
          "The key \"uuid\" is set, but no mediated device is to be made.",
          "An existing one is named by \"mdev\".");
    }
    if (bind && pci == null) {
      throw wrong(
          "The key \"bind\" is set, but a mediated device has no kernel driver to be taken from.",
          "It goes with \"pci\".");
    }
  }

  private static String address(String text) throws DriverException {
    if (text == null) {
      return null;
    }
    String full = text.matches("[0-9a-fA-F]{2}:.*") ? "0000:" + text : text;
    if (!full.matches("[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7]")) {
      throw wrong(
          "The key \"pci\" = \"" + text + "\" is not the address of a PCI function.",
          "Use domain:bus:device.function, as lspci -D prints it: 0000:00:04.0.");
    }
    return full.toLowerCase(Locale.ROOT);
  }

  private static UUID uuid(String key, String text) throws DriverException {
    if (text == null) {
      return null;
    }
    if (!text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
      throw wrong(
          "The key \"" + key + "\" = \"" + text + "\" is not a UUID.",
          "A mediated device is named like 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001.");
    }
    return UUID.fromString(text);
  }

  private static String parent(String text) throws DriverException {
    return name("parent", text, "A parent is a name in /sys/class/mdev_bus.");
  }

  private static String type(String text) throws DriverException {
    return name("type", text, "A type is a name in the parent's folder mdev_supported_types.");
  }

  /** A name of sysfs: it becomes part of a path, which it must not leave. */
  private static String name(String key, String text, String advice) throws DriverException {
    if (text != null && (!text.matches("[\\w.:-]{1,128}") || text.matches("\\.+"))) {
      throw wrong("The key \"" + key + "\" = \"" + text + "\" is not a device's name.", advice);
    }
    return text;
  }

  static DriverException wrong(String message, String advice) {
    return new DriverException(Reason.CONFIGURATION, message, advice);
  }

  /** What is to be opened, and how. */
  VfioOptions vfio() {
    return new VfioOptions(target(), api, bind);
  }

  private VfioTarget target() {
    if (pci != null) {
      return new VfioTarget.Function(pci);
    }
    return mdev != null
        ? new VfioTarget.Existing(mdev.toString())
        : new VfioTarget.Created(parent, type, uuid == null ? null : uuid.toString());
  }

  /** What the NIC is to be like. */
  NicOptions nic() {
    return new NicOptions(queues, ring, descriptors, mtu);
  }
}
