package org.vhostdp.driver.dpdk.eal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * The operator's EAL arguments, read. Only what is known to leave the process alone passes: EAL
 * prints its usage and ends the process for {@code --help}, starts threads for more lcores, and
 * takes abbreviations of every option.
 */
final class EalOptions {
  private static final int NONE = 0;
  private static final int VALUE = 1;

  private static final String ADVICE =
      "Known are --log-level, --vdev, -a, -b, -d, -m, --socket-mem, --iova-mode, --file-prefix,"
          + " --huge-dir, --huge-unlink, --single-file-segments, --match-allocations,"
          + " --no-pci, --no-telemetry, --telemetry, --base-virtaddr, --force-max-simd-bitwidth,"
          + " --mbuf-pool-ops-name, --vfio-intr, --vfio-vf-token and --syslog.";

  /** Options by their whole name: whether a value follows. */
  private static final Map<String, Integer> KNOWN =
      Map.ofEntries(
          Map.entry("--log-level", VALUE),
          Map.entry("--vdev", VALUE),
          Map.entry("-a", VALUE),
          Map.entry("--allow", VALUE),
          Map.entry("-b", VALUE),
          Map.entry("--block", VALUE),
          Map.entry("-d", VALUE),
          Map.entry("-m", VALUE),
          Map.entry("--socket-mem", VALUE),
          Map.entry("--iova-mode", VALUE),
          Map.entry("--file-prefix", VALUE),
          Map.entry("--huge-dir", VALUE),
          Map.entry("--huge-unlink", NONE),
          Map.entry("--single-file-segments", NONE),
          Map.entry("--match-allocations", NONE),
          Map.entry("--no-pci", NONE),
          Map.entry("--no-telemetry", NONE),
          Map.entry("--telemetry", NONE),
          Map.entry("--base-virtaddr", VALUE),
          Map.entry("--force-max-simd-bitwidth", VALUE),
          Map.entry("--mbuf-pool-ops-name", VALUE),
          Map.entry("--vfio-intr", VALUE),
          Map.entry("--vfio-vf-token", VALUE),
          Map.entry("--syslog", VALUE));

  private EalOptions() {}

  /**
   * Splits at blanks and checks.
   *
   * @return arguments as EAL takes them
   * @throws DriverException naming the first that is not taken
   */
  static List<String> read(String text) throws DriverException {
    List<String> words = text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    List<String> out = new ArrayList<>();
    int i = 0;
    while (i < words.size()) {
      i = option(words, i, out);
    }
    return out;
  }

  private static int option(List<String> words, int i, List<String> out) throws DriverException {
    String word = words.get(i);
    int equals = word.startsWith("--") ? word.indexOf('=') : -1;
    String name = equals < 0 ? word : word.substring(0, equals);
    Integer kind = KNOWN.get(name);
    if (kind == null) {
      throw refused("The EAL argument \"" + word + "\" in \"eal\" is not taken.", ADVICE);
    }
    boolean hasValue = equals >= 0 && equals < word.length() - 1;
    boolean follows = equals < 0 && i + 1 < words.size() && !words.get(i + 1).startsWith("-");
    if (kind == VALUE && !hasValue && !follows) {
      throw refused("The EAL argument \"" + word + "\" in \"eal\" lacks its value.", "");
    }
    if (kind == NONE && equals >= 0) {
      throw refused("The EAL argument \"" + word + "\" in \"eal\" takes no value.", "");
    }
    out.add(word);
    if (kind == VALUE && equals < 0) {
      String value = words.get(i + 1);
      number(name, value);
      out.add(value);
      return i + 2;
    }
    return i + 1;
  }

  /** EAL answers a size that it cannot read by printing its whole usage. */
  private static void number(String name, String value) throws DriverException {
    if (name.equals("-m") && !value.matches("[1-9][0-9]{0,6}")) {
      throw refused(
          "The EAL argument -m \"" + value + "\" in \"eal\" is not a number of megabytes.", "");
    }
  }

  private static DriverException refused(String message, String advice) {
    return new DriverException(Reason.CONFIGURATION, message, advice);
  }
}
