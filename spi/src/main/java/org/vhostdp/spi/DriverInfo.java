package org.vhostdp.spi;

import java.util.Objects;

/** Who a driver is. Immutable. */
public final class DriverInfo {
  private final String id;
  private final Version version;
  private final VersionRange spi;
  private final String summary;

  private DriverInfo(String id, Version version, VersionRange spi, String summary) {
    this.id = id;
    this.version = version;
    this.spi = spi;
    this.summary = summary;
  }

  /**
   * Describes a driver.
   *
   * @param id the name operators write as {@code type}: 1 to 32 of a-z, 0-9 and '-', a letter first
   * @param version the driver's own version, such as {@code 0.1.0}
   * @param spi the range of SPI versions it was built for, such as {@code [1.0,2.0)}
   * @param summary one line for lists
   * @throws IllegalArgumentException with a sentence, if one of them is malformed
   */
  public static DriverInfo of(String id, String version, String spi, String summary) {
    if (!id.matches("[a-z][a-z0-9-]{0,31}")) {
      throw new IllegalArgumentException(
          "\"" + id + "\" is not a driver id; use 1 to 32 of a-z, 0-9 and '-', a letter first");
    }
    return new DriverInfo(
        id, Version.parse(version), VersionRange.parse(spi), Objects.requireNonNull(summary));
  }

  public String id() {
    return id;
  }

  public Version version() {
    return version;
  }

  /** The SPI versions this driver was built for. */
  public VersionRange spi() {
    return spi;
  }

  public String summary() {
    return summary;
  }

  @Override
  public String toString() {
    return id + " " + version;
  }
}
