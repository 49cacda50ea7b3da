package org.vhostdp.tck.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vhostdp.attest.json.Json;
import org.vhostdp.spi.ConfigKey;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Port;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.Trial;

/**
 * What a driver says of itself on its wire, before anything is tried.
 *
 * @param id the driver's id
 * @param version its version
 * @param module its Java module, "" if it has none
 * @param spi the SPI versions it was built for
 * @param wire the harness, as it describes itself
 * @param capabilities the open port's, as operators read them
 * @param abilities those that rules need and the open port declares
 * @param secretKeys keys of the configuration whose values are never shown
 * @param secrets values that are never shown
 */
record Survey(
    String id,
    String version,
    String module,
    String spi,
    String wire,
    Map<String, String> capabilities,
    List<String> abilities,
    List<String> secretKeys,
    List<String> secrets) {
  /** Asks the driver; opens a port, and closes it again. */
  static Survey of(Harness harness, List<Rule> rules, long seed, KitOptions options)
      throws Exception {
    Driver driver = harness.driver();
    List<String> keys =
        driver.schema().keys().stream().filter(ConfigKey::secret).map(ConfigKey::name).toList();
    try (Trial trial = new Trial(harness, seed, options.patience())) {
      Wire wire = trial.wire(Harness.Request.plain());
      Port port = trial.open(wire);
      List<String> secrets = new ArrayList<>();
      keys.forEach(key -> secrets.add(wire.config().getOrDefault(key, "")));
      Module module = driver.getClass().getModule();
      return new Survey(
          driver.info().id(),
          driver.info().version().toString(),
          module.isNamed() ? module.getName() : "",
          driver.info().spi().toString(),
          harness.describe(),
          port.capabilities().describe(),
          List.copyOf(declared(port, rules)),
          keys,
          secrets.stream().filter(value -> !value.isEmpty()).toList());
    }
  }

  private static Set<String> declared(Port port, List<Rule> rules) {
    Set<String> names = new LinkedHashSet<>();
    for (Rule rule : rules) {
      Need need = rule.need();
      if (need != Need.NOTHING && !names.contains(need.ability()) && need.declared().test(port)) {
        names.add(need.ability());
      }
    }
    return names;
  }

  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("id", id);
    out.put("version", version);
    out.put("module", module);
    out.put("spi", spi);
    out.put("wire", wire);
    out.put("capabilities", capabilities);
    out.put("abilities", abilities);
    out.put("secretKeys", secretKeys);
    out.put("secrets", secrets);
    return out;
  }

  static Survey read(Object json) {
    return new Survey(
        String.valueOf(Json.at(json, "id")),
        String.valueOf(Json.at(json, "version")),
        String.valueOf(Json.at(json, "module")),
        String.valueOf(Json.at(json, "spi")),
        String.valueOf(Json.at(json, "wire")),
        HarnessPlan.texts(Json.at(json, "capabilities")),
        texts(Json.at(json, "abilities")),
        texts(Json.at(json, "secretKeys")),
        texts(Json.at(json, "secrets")));
  }

  static List<String> texts(Object json) {
    return Json.array(json).stream().map(String::valueOf).toList();
  }

  /** A text without the secret values of the configuration. */
  String hide(String text) {
    String shown = text;
    for (String secret : secrets) {
      shown = shown.replace(secret, "(secret)");
    }
    return shown;
  }

  /** A configuration without its secret values. */
  Map<String, String> hide(Map<String, String> config) {
    Map<String, String> shown = new LinkedHashMap<>();
    config.forEach((key, value) -> shown.put(key, secretKeys.contains(key) ? "(secret)" : value));
    return shown;
  }
}
