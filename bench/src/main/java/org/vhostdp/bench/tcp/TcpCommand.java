package org.vhostdp.bench.tcp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.vhostdp.bench.SuiteOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The suite {@code tcp}. */
@Command(
    name = "tcp",
    mixinStandardHelpOptions = true,
    description = {
      "One TCP connection (iperf3) between a Linux guest and the host through a TAP: vhost-dp and"
          + " the guest's own TAP back-end, boot by boot in turn.",
      "The full run takes about twenty minutes, --quick about two."
    })
public final class TcpCommand implements Callable<Integer> {
  private static final int QUICK_SECONDS = 2;
  private static final int SECONDS = 3;
  private static final int QUICK_WARM_UP_SECONDS = 1;
  private static final int WARM_UP_SECONDS = 3;
  private static final int WINDOWS = 2;

  @Mixin SuiteOptions options;

  @Spec CommandSpec spec;

  @Option(
      names = "--cells",
      paramLabel = "REGEX",
      description = "Only cells whose name matches, such as \"uml, host\".")
  Pattern only = Pattern.compile("");

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      description = "Length of a window (3; with --quick 2).")
  Integer window;

  @Option(
      names = "--block",
      paramLabel = "BYTES",
      description =
          "What iperf3 hands to, or takes from, the kernel at once (1M). Its own 128K measures the"
              + " system calls of an emulated guest more than its network.")
  String block = "1M";

  private final Map<String, String> guests = new LinkedHashMap<>();
  private boolean failed;

  /** For picocli. */
  TcpCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds() < 1) {
      throw new ParameterException(spec.commandLine(), "--window must be 1 second or more.");
    }
    List<Cell> cells = new ArrayList<>();
    for (Guest guest : Guest.values()) {
      List<Cell> own = new ArrayList<>();
      for (Direction direction : Direction.values()) {
        own.add(new Cell(guest, direction));
      }
      own.removeIf(cell -> !only.matcher(cell.name()).find());
      if (!own.isEmpty()) {
        measure(guest, own);
      }
      cells.addAll(own);
    }
    options.publish(
        options.result(
            "TCP between a guest and the host",
            settings(),
            Side.VHOST_DP.text,
            List.of(Window.THROUGHPUT, Window.CPU),
            cells.stream().map(Cell::row).toList(),
            notes()));
    return failed ? 1 : 0;
  }

  private void measure(Guest guest, List<Cell> cells) throws InterruptedException {
    Optional<String> missing = Needs.missing(guest);
    if (missing.isPresent()) {
      options.progress("%s: not measured. %s", guest.text, missing.get());
      cells.forEach(cell -> cell.note("Not measured. " + missing.get()));
      return;
    }
    int rounds = options.rounds(1, 5);
    for (int round = 0; round < rounds; round++) {
      for (Side side : guest.sides) {
        options.progress("[%d/%d] %s on %s", round + 1, rounds, guest.text, side.text);
        boot(guest, side, round, cells);
      }
    }
  }

  /** One boot: a warm-up and the windows of each cell. A side that fails does not stop others. */
  private void boot(Guest guest, Side side, int round, List<Cell> cells)
      throws InterruptedException {
    try (Bed bed = Bed.boot(guest, side)) {
      guests.put(guest.text, "Linux " + bed.machine().kernelRelease());
      String offloads = bed.offloads();
      int warmUp = options.quick() ? QUICK_WARM_UP_SECONDS : WARM_UP_SECONDS;
      for (Cell cell : cells) {
        Window.measure(bed, cell.direction(), warmUp, block);
        if (!offloads.isEmpty()) {
          cell.note("%s: the guest has %s.".formatted(side.text, offloads));
        }
      }
      for (int i = 0; i < (options.quick() ? 1 : WINDOWS); i++) {
        for (Cell cell : cells) {
          Map<String, Double> values = Window.measure(bed, cell.direction(), seconds(), block);
          options.progress("  %s: %s", cell.direction().text, text(values));
          cell.add(side, round, values);
        }
      }
    } catch (IOException e) {
      failed = true;
      options.progress("%s on %s failed: %s", guest.text, side.text, e.getMessage());
      String why = e.getMessage().lines().findFirst().orElse("");
      cells.forEach(
          cell -> cell.note("%s failed in round %d: %s".formatted(side.text, round + 1, why)));
    }
  }

  private static String text(Map<String, Double> values) {
    return "%.0f Mbit/s, %.2f s of CPU per GB"
        .formatted(values.get(Window.THROUGHPUT.key()) / 1e6, values.get(Window.CPU.key()));
  }

  private int seconds() {
    return window != null ? window : options.quick() ? QUICK_SECONDS : SECONDS;
  }

  private Map<String, String> settings() {
    int windows = options.quick() ? 1 : WINDOWS;
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(
        "windows",
        "%d boots of each side, %d windows of %d s a boot and direction"
            .formatted(options.rounds(1, 5), windows, seconds()));
    settings.put(
        "iperf3",
        "one connection, blocks of " + block + ", cubic, " + Iperf.OMITTED + " s omitted");
    settings.put("device", "one queue pair, split rings of 256, MTU 1500");
    settings.put(
        "cores", "vhost-dp's IO thread on core 0, everything else where the kernel puts it");
    guests.forEach((guest, kernel) -> settings.put("guest " + guest, kernel));
    return settings;
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        "CPU time is that of the back-end's process and of the guest's, with user and system, which"
            + " are one where the guest's own TAP is used. iperf3 on the host is not in it.");
    if (guests.containsKey(Guest.QEMU.text)) {
      notes.add(
          "qemu-tap has the same device options as vhost-dp has, qemu-tap-default has QEMU's own."
              + " Without hardware virtualization QEMU emulates the guest, which is then the"
              + " limit.");
    }
    if (guests.containsKey(Guest.UML.text)) {
      notes.add(
          "uml-vector-tap has no virtio device: the guest's kernel reads and writes the TAP"
              + " itself.");
    }
    return notes;
  }
}
