package org.vhostdp.rig;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.vhostdp.guest.machine.CommandResult;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.guest.machine.GuestSpec;
import org.vhostdp.guest.machine.QemuGuest;

/**
 * A booted QEMU guest for tests that need another kernel. It sees this machine's file system,
 * read-only, and may write to {@code /tmp}, {@code /run} and the folder of {@link #reports}, under
 * its own path, which this machine sees at once. {@code modprobe NAME} loads its kernel's modules.
 */
public final class KernelGuest implements AutoCloseable {
  private static final Duration SETUP_LIMIT = Duration.ofSeconds(120);

  private final GuestMachine machine;
  private final GuestPlan plan;
  private final Path reports;
  private final Map<String, String> environment;
  private final Set<Path> shown = ConcurrentHashMap.newKeySet();

  private KernelGuest(GuestMachine machine, GuestPlan plan, Path reports) {
    this.machine = machine;
    this.plan = plan;
    this.reports = reports;
    environment = new TreeMap<>(plan.environment());
    if (plan.hugepages() > 0) {
      environment.putIfAbsent("VHOSTDP_HUGEPAGES", "/run/hugepages");
    }
    environment.put("VHOSTDP_GUEST_REPORTS", reports.toString());
  }

  /**
   * Boots a guest and loads its modules.
   *
   * @param reports a folder, made if it is not there; the guest's console is kept in it
   * @param progress gets a line for each step of the kernel's preparation
   * @throws IOException with a sentence that says what is missing or failed
   */
  public static KernelGuest boot(GuestPlan plan, Path reports, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(reports).toRealPath();
    GuestSpec spec =
        GuestSpec.of()
            .withMemory(plan.memoryMiB())
            .withVcpus(plan.vcpus())
            .withAccelerator(plan.accelerator())
            .withAppend(String.join(" ", plan.append()))
            .withOptions(plan.options().toArray(String[]::new))
            .withShare(folder)
            .withNetwork(plan.network())
            .withLimits(plan.bootLimit(), plan.lifetime());
    KernelGuest guest = new KernelGuest(QemuGuest.start(spec, progress), plan, folder);
    boolean ready = false;
    try {
      guest.keepConsole();
      guest.setUp();
      ready = true;
      return guest;
    } finally {
      if (!ready) {
        guest.close();
      }
    }
  }

  private void keepConsole() throws IOException {
    Path file = reports.resolve("console.txt");
    Files.deleteIfExists(file);
    machine.onConsole(line -> append(file, line));
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Autoloading, modules and huge pages, in one command: each costs a quarter of a second. */
  private void setUp() throws IOException, InterruptedException {
    plan.files().forEach(this::see);
    StringBuilder script = new StringBuilder(SETUP).append(shows());
    plan.modules()
        .forEach(name -> script.append("load modprobe ").append(quoted(name)).append('\n'));
    plan.files()
        .forEach(file -> script.append("load insmod ").append(quoted(file + "")).append('\n'));
    if (plan.hugepages() > 0) {
      script.append("hugepages ").append(plan.hugepages()).append('\n');
    }
    CommandResult result = machine.run(script.toString(), SETUP_LIMIT);
    if (!result.succeeded()) {
      throw new IOException("The guest could not be set up. " + result.output().strip());
    }
  }

  private static final String SETUP =
      """
      mkdir -p /run/bin
      printf '#!/bin/sh\\nexec /sbin/modprobe -d /run/modules "$@"\\n' >/run/bin/modprobe
      chmod +x /run/bin/modprobe
      echo /run/bin/modprobe >/proc/sys/kernel/modprobe
      PATH=/run/bin:$PATH
      load() {
        local said
        said=$("$@" 2>&1) || { echo "$* failed: $said. The kernel says: $(dmesg | tail -n 3)"; exit 1; }
      }
      hugepages() {
        echo "$1" >/proc/sys/vm/nr_hugepages
        [ "$(cat /proc/sys/vm/nr_hugepages)" -ge "$1" ] || { echo "It has no memory for $1 huge pages."; exit 1; }
        mkdir -p /run/hugepages && mount -t hugetlbfs -o pagesize=2M none /run/hugepages || exit 1
      }
      """;

  private static final String SHOW =
      """
      show() { [ -e "$1" ] || { mkdir -p "$1" && mount --bind "/run/host$1" "$1"; } || exit 1; }
      """;

  /**
   * Has commands see a path of this machine that the guest's own /tmp or /run hides. Nothing
   * changes for others.
   */
  public void see(Path path) {
    boolean hides = path.startsWith("/tmp") || path.startsWith("/run");
    Path top = hides && path.getNameCount() > 1 ? path.subpath(0, 2) : null;
    if (top != null && Files.isDirectory(path.getRoot().resolve(top))) {
      shown.add(path.getRoot().resolve(top));
    }
  }

  /** The commands that make them seen. */
  private String shows() {
    StringBuilder script = new StringBuilder(SHOW);
    shown.forEach(top -> script.append("show ").append(quoted(top.toString())).append('\n'));
    return script.toString();
  }

  /** A word as a shell reads it back. */
  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /**
   * Runs a command or a script with bash in a folder, its standard input empty.
   *
   * @param output gets what it writes, as it is written
   * @throws IOException if the guest ended or did not answer; the message has the console's last
   *     lines. The guest is then closed
   */
  public CommandResult run(String command, Path folder, Duration limit, OutputStream output)
      throws IOException, InterruptedException {
    see(folder);
    StringBuilder script = new StringBuilder("PATH=/run/bin:$PATH\n").append(shows());
    environment.forEach(
        (name, value) ->
            script.append("export ").append(name).append('=').append(quoted(value)).append('\n'));
    script.append("cd ").append(quoted(folder.toString())).append(" || exit 1\n").append(command);
    try {
      return machine.run(script.toString(), limit, output);
    } catch (IOException failure) {
      if (!machine.alive() || failure.getMessage().contains("did not answer")) {
        close();
      }
      throw failure;
    }
  }

  /** What it was booted from. */
  public GuestPlan plan() {
    return plan;
  }

  /** The folder that both sides write to; in the guest also in $VHOSTDP_GUEST_REPORTS. */
  public Path reports() {
    return reports;
  }

  /** The machine itself. */
  public GuestMachine machine() {
    return machine;
  }

  /** Ends the guest; the reports stay. */
  @Override
  public void close() {
    machine.close();
  }
}
