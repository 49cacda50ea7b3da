package org.vhostdp.spi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The keys of a driver's configuration. Immutable.
 *
 * <ul>
 *   <li><b>CFG-3</b> An unknown, missing or malformed key is refused by name before {@link
 *       Driver#open} is called.
 *   <li><b>CFG-4</b> The schema tells the truth: what it accepts, open accepts in form.
 *   <li><b>CFG-5</b> A secret value appears in no message and no listing.
 * </ul>
 */
public final class ConfigSchema {
  private final Map<String, ConfigKey> keys = new LinkedHashMap<>();

  private ConfigSchema(List<ConfigKey> list) {
    for (ConfigKey key : list) {
      if (keys.put(key.name(), key) != null) {
        throw new IllegalArgumentException("the key " + key.name() + " is declared twice");
      }
    }
  }

  public static ConfigSchema of(ConfigKey... keys) {
    return new ConfigSchema(List.of(keys));
  }

  /** The keys, in the order declared. */
  public List<ConfigKey> keys() {
    return List.copyOf(keys.values());
  }

  /**
   * Checks values and fills in defaults.
   *
   * @param section how the operator calls this part of the configuration, for messages
   * @param values text by key
   * @throws DriverException naming every key that is unknown, missing or malformed
   */
  public PortConfig check(String section, Map<String, String> values) throws DriverException {
    List<String> wrong = new ArrayList<>();
    for (String name : new TreeSet<>(values.keySet())) {
      if (!keys.containsKey(name)) {
        wrong.add("the key \"" + name + "\" is unknown (known: " + known() + ")");
      }
    }
    Map<String, String> checked = new LinkedHashMap<>();
    for (ConfigKey key : keys.values()) {
      String value = values.getOrDefault(key.name(), key.defaultValue());
      if (value == null) {
        if (key.required()) {
          wrong.add("the key \"" + key.name() + "\" is missing: " + key.form());
        }
      } else if (key.accepts(value)) {
        checked.put(key.name(), value);
      } else {
        String shown = key.secret() ? "(secret)" : value;
        wrong.add("\"" + key.name() + "\" = \"" + shown + "\" is not " + key.form());
      }
    }
    if (!wrong.isEmpty()) {
      String message = "In " + section + ": " + String.join("; ", wrong) + ".";
      throw new DriverException(Reason.CONFIGURATION, message, "");
    }
    return new PortConfig(this, checked);
  }

  boolean secret(String name) {
    ConfigKey key = keys.get(name);
    return key != null && key.secret();
  }

  private String known() {
    return keys.isEmpty() ? "none" : String.join(", ", keys.keySet());
  }
}
