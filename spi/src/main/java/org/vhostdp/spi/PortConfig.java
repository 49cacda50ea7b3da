package org.vhostdp.spi;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Checked values of a driver's configuration. Immutable; made by {@link ConfigSchema#check}. */
public final class PortConfig {
  private final ConfigSchema schema;
  private final Map<String, String> values;

  PortConfig(ConfigSchema schema, Map<String, String> values) {
    this.schema = schema;
    this.values = new LinkedHashMap<>(values);
  }

  /** The value, or empty if it was not given and has no default. */
  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** The whole number, or empty if it was not given and has no default. */
  public Optional<Long> number(String key) {
    return text(key).map(Long::valueOf);
  }

  /** True if the value is "true"; false if it is "false" or absent. */
  public boolean flag(String key) {
    return "true".equals(values.get(key));
  }

  /** Six bytes, or empty if absent. */
  public Optional<byte[]> mac(String key) {
    return text(key)
        .map(
            text -> {
              byte[] mac = new byte[6];
              for (int i = 0; i < 6; i++) {
                mac[i] = (byte) Integer.parseInt(text.substring(3 * i, 3 * i + 2), 16);
              }
              return mac;
            });
  }

  /** Keys and values; secrets are replaced. */
  @Override
  public String toString() {
    Map<String, String> shown = new LinkedHashMap<>();
    values.forEach((key, value) -> shown.put(key, schema.secret(key) ? "(secret)" : value));
    return shown.toString();
  }
}
