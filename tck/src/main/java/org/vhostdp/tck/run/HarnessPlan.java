package org.vhostdp.tck.run;

import java.util.LinkedHashMap;
import java.util.Map;
import org.vhostdp.attest.json.Json;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.stock.StockPlan;

/**
 * Which harness the processes of a run make: a vendor's own class, or a driver's folder on one of
 * the kit's stock wires. Immutable.
 */
public final class HarnessPlan {
  private final String type;
  private final String module;
  private final StockPlan stock;

  private HarnessPlan(String type, String module, StockPlan stock) {
    this.type = type;
    this.module = module;
    this.stock = stock;
  }

  /** A vendor's own harness: a public class with a public constructor without arguments. */
  public static HarnessPlan of(Class<? extends Harness> harness) {
    String module = harness.getModule().isNamed() ? harness.getModule().getName() : "";
    return new HarnessPlan(harness.getName(), module, null);
  }

  /** A driver's folder, which the plan must name, on a stock wire. */
  public static HarnessPlan of(StockPlan stock) {
    return new HarnessPlan("", "", stock);
  }

  /** The class of a vendor's harness, "" for a stock wire. */
  String type() {
    return type;
  }

  /** The named module of that class, "" if it has none. */
  String module() {
    return module;
  }

  /** The stock wire, or null. */
  StockPlan stock() {
    return stock;
  }

  /** The driver's configuration as the operator gave it; empty for a vendor's harness. */
  Map<String, String> config() {
    return stock == null ? Map.of() : stock.config();
  }

  /** As the processes of a run are told. */
  Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", type);
    out.put("module", module);
    out.put("stock", stock == null ? null : stock.encode());
    return out;
  }

  static HarnessPlan read(Object json) {
    Object stock = Json.at(json, "stock");
    return new HarnessPlan(
        String.valueOf(Json.at(json, "type")),
        String.valueOf(Json.at(json, "module")),
        stock == null ? null : StockPlan.decode(texts(stock)));
  }

  static Map<String, String> texts(Object json) {
    Map<String, String> out = new LinkedHashMap<>();
    Json.object(json).forEach((key, value) -> out.put(key, String.valueOf(value)));
    return out;
  }
}
