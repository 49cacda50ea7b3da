import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Alternates vhost-dp and DPDK's net_vhost as back-end under the same client and compares the
 * frames per second that the client moved. Started by bench/run.
 */
class Peers {
  private static final int WARM_UP = 5;
  private static final int WINDOWS = 5;
  private static final Pattern RATE = Pattern.compile("([RT])x-pps:\\s+(\\d+)");

  /** One row of the table. */
  record Cell(String ring, String client, int bytes) {
    boolean towardsHost() {
      return client.equals("txonly");
    }

    String device() {
      return ring.equals("packed") ? ",packed_vq=1" : "";
    }

    @Override
    public String toString() {
      return ring + " " + (towardsHost() ? "guest->host" : "host->guest") + " " + bytes;
    }
  }

  /** Frames per second of one window, in order. */
  record Series(List<Double> ours, List<Double> peer) {}

  public static void main(String[] args) throws Exception {
    boolean quick = Arrays.asList(args).contains("--quick");
    int rounds = Integer.parseInt(option(args, "--rounds", quick ? "2" : "3"));
    Pattern only = Pattern.compile(option(args, "--cells", quick ? "(64|1500)$" : ""));
    String json = option(args, "--json", null);
    List<Cell> cells = new ArrayList<>();
    for (String ring : List.of("split", "packed")) {
      for (String client : List.of("txonly", "rxonly")) {
        for (int bytes : quick ? new int[] {64} : new int[] {64, 1500}) {
          cells.add(new Cell(ring, client, bytes));
        }
      }
    }
    cells.removeIf(c -> !only.matcher(c.toString()).find());
    System.out.println(machine());
    System.out.println("| cell | vhost-dp Mpps | testpmd Mpps | ratio | spread of ratios |");
    System.out.println("| --- | --- | --- | --- | --- |");
    StringBuilder results = new StringBuilder();
    for (Cell cell : cells) {
      Series series = measure(cell, rounds);
      System.out.println(row(cell, series));
      results.append(results.isEmpty() ? "" : ",\n").append(asJson(cell, series));
    }
    if (json != null) {
      Files.writeString(
          Path.of(json),
          "{\"machine\": \"" + machine() + "\",\n\"cells\": [\n" + results + "\n]}\n");
    }
  }

  private static String option(String[] args, String name, String absent) {
    int at = Arrays.asList(args).indexOf(name);
    return at >= 0 && at + 1 < args.length ? args[at + 1] : absent;
  }

  private static Series measure(Cell cell, int rounds) throws Exception {
    Series series = new Series(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < rounds; i++) {
      series.ours().addAll(run(cell, true));
      series.peer().addAll(run(cell, false));
    }
    return series;
  }

  /** One back-end under one client; the windows after warm-up. */
  private static List<Double> run(Cell cell, boolean ours) throws Exception {
    Path work = Files.createTempDirectory("vhost-dp-bench");
    Path socket = work.resolve("vhost.sock");
    Process back = start(work.resolve("back"), ours ? ours(cell, socket) : peer(cell, socket));
    try {
      for (int i = 0; i < 100 && !Files.exists(socket); i++) {
        Thread.sleep(100);
      }
      Thread.sleep(500);
      Process client = start(work.resolve("client"), client(cell, socket));
      Thread.sleep((WARM_UP + WINDOWS + 2) * 1000L);
      // testpmd ends when its standard input does.
      client.getOutputStream().close();
      end(client);
      return rates(cell, work.resolve("client"));
    } finally {
      back.getOutputStream().close();
      back.destroy();
      end(back);
      for (String file : List.of("back", "client", "vhost.sock", "control.sock")) {
        Files.deleteIfExists(work.resolve(file));
      }
      Files.deleteIfExists(work);
    }
  }

  private static Process start(Path log, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static void end(Process process) throws InterruptedException {
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /**
   * Frames end in, or come from, the reference driver's own memory: one copy, as in testpmd. The IO
   * thread has the core to itself; the JVM's own threads may run on the other while it warms up.
   */
  private static List<String> ours(Cell cell, Path socket) {
    String mode =
        cell.towardsHost() ? "mode=sink" : "mode=source,frame-bytes=" + cell.bytes();
    return List.of(
        "timeout", "-k", "2", "60",
        "./vhost-dp", "run", "--io-cpus", "0",
        "--control", socket.resolveSibling("control.sock").toString(),
        "-object", "vhost-dp-loopback,id=d0," + mode,
        "-netdev", "vhost-dp,id=vd0,driver=d0,socket=" + socket);
  }

  private static List<String> peer(Cell cell, Path socket) {
    List<String> command = new ArrayList<>(testpmd("0", "bench-back"));
    command.addAll(List.of("--vdev", "net_vhost0,iface=" + socket + ",queues=1", "--"));
    command.addAll(forward(cell.towardsHost() ? "rxonly" : "txonly", cell.bytes()));
    return command;
  }

  private static List<String> client(Cell cell, Path socket) {
    List<String> command = new ArrayList<>(testpmd("1", "bench-client"));
    command.addAll(
        List.of(
            "--vdev",
            "net_virtio_user0,path=" + socket + ",queues=1,queue_size=1024" + cell.device(),
            "--"));
    command.addAll(forward(cell.client(), cell.bytes()));
    return command;
  }

  private static List<String> testpmd(String cpu, String prefix) {
    return List.of(
        "timeout", "-k", "2", "60", "dpdk-testpmd", "--lcores", "0@" + cpu + ",1@" + cpu,
        "-m", "512", "--single-file-segments", "--no-pci", "--file-prefix", prefix);
  }

  private static List<String> forward(String mode, int bytes) {
    return List.of(
        "--forward-mode=" + mode, "--auto-start", "--stats-period", "1", "--nb-cores=1",
        "--total-num-mbufs=32768", "--txpkts=" + bytes);
  }

  private static List<Double> rates(Cell cell, Path log) throws IOException {
    List<Double> rates = new ArrayList<>();
    Matcher m = RATE.matcher(Files.readString(log));
    while (m.find()) {
      if (m.group(1).equals(cell.towardsHost() ? "T" : "R")) {
        rates.add(Double.parseDouble(m.group(2)));
      }
    }
    if (rates.size() < WARM_UP + WINDOWS) {
      throw new IOException("the client gave only " + rates.size() + " windows in cell " + cell);
    }
    return rates.subList(WARM_UP, WARM_UP + WINDOWS);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
  }

  private static String row(Cell cell, Series s) {
    List<Double> ratios = new ArrayList<>();
    for (int from = 0; from < s.ours().size(); from += WINDOWS) {
      ratios.add(
          median(s.ours().subList(from, from + WINDOWS))
              / median(s.peer().subList(from, from + WINDOWS)));
    }
    return String.format(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %.2f | %.2f-%.2f |",
        cell,
        median(s.ours()) / 1e6,
        median(s.peer()) / 1e6,
        median(ratios),
        ratios.stream().min(Double::compare).orElseThrow(),
        ratios.stream().max(Double::compare).orElseThrow());
  }

  private static String asJson(Cell cell, Series s) {
    return "{\"cell\": \"%s\", \"ours\": %s, \"peer\": %s}".formatted(cell, s.ours(), s.peer());
  }

  private static String machine() throws IOException {
    String cpu =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(l -> l.startsWith("model name"))
            .map(l -> l.substring(l.indexOf(':') + 2))
            .findFirst()
            .orElse("unknown");
    return "%d x %s, Linux %s, Java %s, %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            cpu,
            System.getProperty("os.version"),
            Runtime.version(),
            java.time.LocalDate.now());
  }
}
