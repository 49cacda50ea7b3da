package org.vhostdp.driver.dpdk.eal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.vhostdp.driver.dpdk.generated.Dpdk;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Threads;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * DPDK's environment abstraction layer. It starts once in a process, with the first port, and stays
 * until the process ends: DPDK 22.11 cannot start a second time. What it would do to the process is
 * kept from it:
 *
 * <ul>
 *   <li>it pins the thread that starts it, which is a thread of its own and ends;
 *   <li>its control threads run with the signals blocked that the JVM handles;
 *   <li>its log and its usage go to a pipe;
 *   <li>arguments after which it ends the process, or starts threads that poll, are refused;
 *   <li>its files are in a folder named after the process; its memory is in no file.
 * </ul>
 */
public final class Eal {
  /** What "hugepages" may be. */
  public enum Pages {
    AUTO,
    ON,
    OFF
  }

  /** Megabytes beside the mbufs: rings, queues, the poll mode drivers' own. */
  private static final long MORE_IN_HUGE_PAGES = 64;

  /** The same without huge pages, where memory cannot grow, and costs nothing until it is used. */
  private static final long MORE_WITHOUT = 512;

  private static final long MEGABYTE = 1 << 20;

  private static final String ARGUMENTS = "arguments";
  private static final String FAILURE = "failure";
  private static final String HUGE = "huge";
  private static final String AGAIN =
      "DPDK starts only once in a process: mend the configuration and start the process again.";

  private Eal() {}

  /**
   * Starts EAL, or finds that it was started with the same arguments.
   *
   * @param text the operator's arguments
   * @param pages whether DPDK's memory is in huge pages
   * @param bytes memory for mbufs
   * @throws DriverException if it fails, or runs with other arguments already
   */
  public static void start(String text, Pages pages, long bytes) throws DriverException {
    List<String> own = EalOptions.read(text);
    Libraries.check();
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      String words = String.join(" ", own);
      Object running = state.get(ARGUMENTS);
      if (running != null) {
        agree(state, words, text, pages);
      } else if (state.get(FAILURE) instanceof String failure) {
        throw new DriverException(Reason.DEVICE, failure, AGAIN);
      } else {
        boolean huge = inHugePages(pages, bytes + MORE_IN_HUGE_PAGES * MEGABYTE);
        init(arguments(own, huge, bytes), text, state);
        state.put(ARGUMENTS, words);
        state.put(HUGE, huge);
      }
    }
  }

  /** Whether DPDK's memory is in huge pages; after {@link #start}. */
  public static boolean isInHugePages() {
    Map<String, Object> state = ProcessState.map();
    synchronized (state) {
      return Boolean.TRUE.equals(state.get(HUGE));
    }
  }

  private static void agree(Map<String, Object> state, String words, String text, Pages pages)
      throws DriverException {
    if (!words.equals(state.get(ARGUMENTS))) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "DPDK runs in this process with eal = \""
              + state.get(ARGUMENTS)
              + "\", and cannot run with eal = \""
              + text
              + "\" too.",
          "Write the same \"eal\" in all sections of the driver dpdk.");
    }
    boolean huge = Boolean.TRUE.equals(state.get(HUGE));
    if (pages == Pages.ON && !huge || pages == Pages.OFF && huge) {
      throw new DriverException(
          Reason.CONFIGURATION,
          "DPDK runs in this process "
              + (huge ? "in" : "without")
              + " huge pages, so a port cannot have hugepages = \""
              + (huge ? "off" : "on")
              + "\".",
          "Write the same \"hugepages\" in all sections of the driver dpdk.");
    }
  }

  private static boolean inHugePages(Pages pages, long bytes) throws DriverException {
    long free = pages == Pages.OFF ? 0 : HugePages.free();
    if (pages == Pages.ON && free < bytes) {
      throw new DriverException(
          Reason.RESOURCES,
          "DPDK needs "
              + megabytes(bytes)
              + " MB in huge pages, and "
              + megabytes(free)
              + " MB are free (ENOMEM).",
          "Reserve some, such as \"sysctl vm.nr_hugepages="
              + (bytes / (2 * MEGABYTE) + 1)
              + "\", ask for fewer mbufs, or write hugepages = \"off\".");
    }
    return pages != Pages.OFF && free >= bytes;
  }

  private static long megabytes(long bytes) {
    return (bytes + MEGABYTE - 1) / MEGABYTE;
  }

  private static List<String> arguments(List<String> own, boolean huge, long bytes) {
    List<String> words = new ArrayList<>();
    words.add("vhost-dp");
    // No file is shared with other processes. Memory without huge pages is in none anyway, and EAL
    // refuses to be told so.
    words.add(huge ? "--in-memory" : "--no-shconf");
    String cpus =
        Arrays.stream(Threads.affinity())
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(","));
    // One lcore that may run anywhere: EAL starts no thread for it, and pins its own to nothing.
    words.add("--lcores=0@(" + cpus + ")");
    if (!has(own, "--file-prefix")) {
      words.add("--file-prefix=" + RuntimeFolder.prefix());
    }
    if (!has(own, "--iova-mode")) {
      words.add("--iova-mode=va");
    }
    if (!has(own, "-a") && !has(own, "--allow") && !has(own, "-b") && !has(own, "--no-pci")) {
      // Takes no NIC that nobody named; a port's own is added to these when it is opened.
      words.add("-a");
      words.add("ffff:ff:1f.7");
    }
    if (!huge) {
      words.add("--no-huge");
    }
    if (!has(own, "-m") && !has(own, "--socket-mem")) {
      // Taken while EAL starts: later, EAL would take the JVM's SIGBUS for each page it adds.
      words.add("-m");
      words.add(Long.toString(megabytes(bytes) + (huge ? MORE_IN_HUGE_PAGES : MORE_WITHOUT)));
    }
    words.addAll(own);
    return words;
  }

  private static boolean has(List<String> words, String option) {
    return words.stream().anyMatch(word -> word.equals(option) || word.startsWith(option + "="));
  }

  private static void init(List<String> words, String text, Map<String, Object> state)
      throws DriverException {
    // EAL ends the process where it cannot read these.
    for (String file : List.of("/proc/meminfo", "/proc/mounts")) {
      if (!Files.isReadable(Path.of(file))) {
        throw new DriverException(
            Reason.NOT_FOUND,
            "DPDK needs to read " + file + ", which is not there (ENOENT).",
            "Mount /proc.");
      }
    }
    RuntimeFolder.sweep();
    try {
      EalLog.open();
    } catch (LinuxException e) {
      throw DpdkErrors.of(e.call(), e.object(), e.errno());
    }
    int errno = onItsOwnThread(words);
    String said = EalLog.last();
    if (errno != 0) {
      DriverException failure =
          DpdkErrors.of("rte_eal_init", "the EAL arguments \"" + text + "\"", errno, said, AGAIN);
      state.put(FAILURE, failure.getMessage());
      throw failure;
    }
  }

  /** Runs rte_eal_init; 0 or the errno. */
  private static int onItsOwnThread(List<String> words) {
    int[] errno = {Errno.ECANCELED};
    // That thread must not wait for what this one holds.
    long log = EalLog.stream();
    Thread thread =
        Thread.ofPlatform()
            .name("dpdk-eal-start")
            .unstarted(() -> SignalMask.with(() -> errno[0] = init(words, log)));
    thread.start();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return errno[0];
  }

  private static int init(List<String> words, long log) {
    int[] result = {0};
    // EAL keeps pointers into some of its arguments.
    Arena arena = Arena.global();
    MemorySegment argv = arena.allocate(ValueLayout.ADDRESS, words.size() + 1L);
    for (int i = 0; i < words.size(); i++) {
      argv.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(words.get(i)));
    }
    SignalHandlers handlers = SignalHandlers.save();
    EalLog.quietly(log, () -> result[0] = Dpdk.rte_eal_init(words.size(), argv));
    int errno = result[0] >= 0 ? 0 : ThreadLocals.errno();
    handlers.restore();
    return result[0] >= 0 || errno != 0 ? errno : Errno.EINVAL;
  }
}
