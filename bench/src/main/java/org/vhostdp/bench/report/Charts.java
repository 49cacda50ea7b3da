package org.vhostdp.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.bench.result.Metric;
import org.vhostdp.bench.result.Result;

/** The charts of a result file, one for each metric that has a value. */
public final class Charts {
  private static final String JSON = ".json";

  private Charts() {}

  /**
   * Writes {@code NAME-KEY.svg} beside {@code NAME.json}.
   *
   * @return what was written, the most important first
   */
  public static List<Path> writeBeside(Path json, Result result) throws IOException {
    Map<Path, String> charts = beside(json, result);
    Files.createDirectories(json.toAbsolutePath().getParent());
    for (Map.Entry<Path, String> chart : charts.entrySet()) {
      Files.writeString(chart.getKey(), chart.getValue());
    }
    return List.copyOf(charts.keySet());
  }

  /** The files and what belongs into them. */
  static Map<Path, String> beside(Path json, Result result) {
    Map<Path, String> charts = new LinkedHashMap<>();
    for (Metric metric : shown(result)) {
      charts.put(file(json, metric), BarChart.of(result, metric));
    }
    return charts;
  }

  static List<Metric> shown(Result result) {
    List<Metric> shown = new ArrayList<>(result.metrics());
    shown.removeIf(metric -> Grid.sides(result, metric).isEmpty());
    return shown;
  }

  static Path file(Path json, Metric metric) {
    String key = metric.key().replaceAll("[^A-Za-z0-9_.-]", "_");
    return json.resolveSibling(name(json) + "-" + key + ".svg");
  }

  /** The file's name without its ending. */
  static String name(Path json) {
    String name = json.getFileName().toString();
    return name.endsWith(JSON) ? name.substring(0, name.length() - JSON.length()) : name;
  }
}
