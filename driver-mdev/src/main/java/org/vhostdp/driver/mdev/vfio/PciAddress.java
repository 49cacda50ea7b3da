package org.vhostdp.driver.mdev.vfio;

import java.util.Locale;
import java.util.regex.Pattern;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** A PCI function's address as sysfs writes it: domain:bus:device.function. */
final class PciAddress {
  private static final Pattern FULL =
      Pattern.compile("[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");

  private PciAddress() {}

  /** The full address; the domain may be left out. */
  static String full(String address) throws DriverException {
    String low = address.toLowerCase(Locale.ROOT);
    String full = low.chars().filter(c -> c == ':').count() == 1 ? "0000:" + low : low;
    if (!FULL.matcher(full).matches()) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "\"" + address + "\" is no PCI address.",
          "Write it as \"lspci -D\" does, such as 0000:00:04.0.");
    }
    return full;
  }
}
