package org.vhostdp.cli.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.ConfigSchema;

/** Checks a driver's own keys against its schema, with the place of each mistake. */
final class DriverKeys {
  /** Keys that are not the driver's: they choose it. */
  private static final Set<String> OWN = Set.of("type", "version", "trust");

  private DriverKeys() {}

  /** The values as text, for the driver; mistakes are noted. */
  static Map<String, String> check(Section section, ConfigSchema schema, Mistakes mistakes) {
    Map<String, ConfigKey> known = new LinkedHashMap<>();
    schema.keys().forEach(key -> known.put(key.name(), key));
    Map<String, String> values = new LinkedHashMap<>();
    section
        .values()
        .forEach(
            (key, value) -> {
              if (!OWN.contains(key)) {
                String text = checked(section, known, key, value, mistakes);
                if (text != null) {
                  values.put(key, text);
                }
              }
            });
    for (ConfigKey key : schema.keys()) {
      if (key.required()
          && key.defaultValue() == null
          && !section.values().containsKey(key.name())) {
        mistakes.add(
            section.where(),
            "In %s: the key \"%s\" is missing: %s."
                .formatted(section.label(), key.name(), key.form()));
      }
    }
    return values;
  }

  private static String checked(
      Section section, Map<String, ConfigKey> known, String name, Value value, Mistakes mistakes) {
    ConfigKey key = known.get(name);
    if (key == null) {
      Set<String> names = new TreeSet<>(known.keySet());
      names.addAll(OWN);
      mistakes.add(value.where(), SectionReader.unknown(section.label(), name, names));
      return null;
    }
    String text = switched(key, value.text());
    if (text != null && key.accepts(text)) {
      return text;
    }
    String shown = key.secret() ? "(secret)" : String.valueOf(value.raw());
    mistakes.add(
        value.where(),
        "In %s: %s = %s is not %s.".formatted(section.label(), name, shown, key.form()));
    return null;
  }

  /** QEMU's options write on and off for true and false. */
  private static String switched(ConfigKey key, String text) {
    if (key.type() != ConfigKey.Type.BOOLEAN || text == null) {
      return text;
    }
    return text.equals("on") ? "true" : text.equals("off") ? "false" : text;
  }
}
