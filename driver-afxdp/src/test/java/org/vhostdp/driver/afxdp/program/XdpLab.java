package org.vhostdp.driver.afxdp.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Sockets;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * A thread with a network namespace and mounts of its own: a pair of veths, v0 for programs and v1
 * as the other end of the wire, and a bpf file system. All goes with the thread.
 */
final class XdpLab implements AutoCloseable {
  /** CLONE_NEWNS of linux/sched.h. */
  private static final int MOUNTS = 0x20000;

  private static final int AF_XDP = 44;
  private static final int RAW = 3 | 02000000;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("xdp-lab").factory());
  private final Fd namespace;
  int index;

  private XdpLab(Fd namespace) {
    this.namespace = namespace;
  }

  static XdpLab open() throws Exception {
    assumeTrue(
        Capability.has(Capability.CAP_SYS_ADMIN), "own namespaces take root (CAP_SYS_ADMIN)");
    XdpLab lab = new XdpLab(Namespaces.create());
    try {
      lab.in(lab::prepare);
    } catch (Exception | Error e) {
      lab.close();
      throw e;
    }
    return lab;
  }

  private Void prepare() throws Exception {
    Namespaces.enter(namespace);
    assertEquals(0, call("unshare", MOUNTS));
    run("mount", "--make-rprivate", "/");
    run("mount", "-t", "bpf", "none", "/sys/fs/bpf");
    // libxdp makes this folder once in a process; here are many file systems.
    run("mkdir", "/sys/fs/bpf/xdp");
    try (Netlink netlink = Netlink.open()) {
      netlink.createVeth("v0", "v1");
      netlink.up("v0", true);
      netlink.up("v1", true);
      index = netlink.link("v0").index();
    }
    return null;
  }

  /** Works on the lab's thread. */
  <T> T in(Callable<T> work) throws Exception {
    try {
      return thread.submit(work).get(150, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    }
  }

  static ProgramOptions options(ProgramOptions.Mode mode, String program) {
    return new ProgramOptions(mode, program, ProgramOptions.Tags.OFF);
  }

  XdpProgram attach(ProgramOptions.Mode mode, String program) throws DriverException {
    return XdpProgram.attach(options(mode, program), "v0", index);
  }

  XdpState state() throws LinuxException {
    return XdpState.of(index);
  }

  /** A refusal, as the sentence it is; nothing is attached or open because of it. */
  String refused(Reason reason, ProgramOptions.Mode mode, String program) throws Exception {
    long fds = Fd.openCount();
    XdpState before = state();
    DriverException e = assertThrows(DriverException.class, () -> attach(mode, program).close());
    assertEquals(reason, e.reason(), e.getMessage());
    assertTrue(e.getMessage().endsWith("."), e.getMessage());
    assertEquals(before, state());
    assertEquals(fds, Fd.openCount());
    return e.getMessage();
  }

  /** What a command says; its failure is the test's. */
  static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), command[0]);
    assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ": " + said);
    return said;
  }

  /** Whether a command works here. */
  static boolean has(String... command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  /** The ids of the maps of the program on v0, as bpftool tells. */
  String maps() throws Exception {
    String shown = run("bpftool", "prog", "show", "id", "" + state().program());
    return shown.lines().filter(l -> l.contains("map_ids")).findFirst().orElse("").strip();
  }

  /** Waits for a program to be gone from the kernel; it is freed a moment after its last use. */
  static void gone(String kind, int id) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (has("bpftool", kind, "show", "id", "" + id)) {
      assertTrue(System.nanoTime() < end, kind + " " + id + " is still there");
      Thread.sleep(20);
    }
  }

  /** What libxdp's dispatchers have pinned in this lab's file system. */
  static String pinned() throws Exception {
    return run("find", "/sys/fs/bpf", "-path", "*xdp*", "-type", "f");
  }

  /** How many programs this process has open by descriptors. */
  static int programs() throws Exception {
    int programs = 0;
    for (File entry : new File("/proc/self/fd").listFiles()) {
      Path link = entry.toPath();
      boolean there = Files.isSymbolicLink(link);
      programs += there && Files.readSymbolicLink(link).toString().endsWith("bpf-prog") ? 1 : 0;
    }
    return programs;
  }

  /** How many of {@code count} frames sent into v1 the kernel sees on v0. */
  int seen(int count) throws Exception {
    try (Netlink netlink = Netlink.open();
        Fd from = Sockets.packet(netlink.link("v1").index(), true);
        Fd to = Sockets.packet(index, true);
        Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      MemorySegment frame = arena.allocate(64);
      // Broadcast, and an EtherType for experiments: nothing answers it.
      frame.asSlice(0, 6).fill((byte) 0xff);
      frame.set(ValueLayout.JAVA_SHORT_UNALIGNED, 12, (short) 0xb588);
      for (int i = 0; i < count; i++) {
        assertEquals(64, Io.write(state, from.raw(), frame, 64));
      }
      int seen = 0;
      long left = TimeUnit.MILLISECONDS.toNanos(300);
      for (long last = System.nanoTime(); left > 0 && seen < count; ) {
        // What is beyond a millisecond between two looks was a stall, and does not count.
        long now = System.nanoTime();
        left -= Math.min(now - last, 1_000_000);
        last = now;
        boolean one = Io.read(state, to.raw(), frame, 64) == 64;
        boolean own = one && frame.get(ValueLayout.JAVA_SHORT_UNALIGNED, 12) == (short) 0xb588;
        seen += own ? 1 : 0;
      }
      return seen;
    }
  }

  /** An AF_XDP socket that is bound to nothing: what comes to it is dropped. */
  static Fd socket() {
    return Fd.of((int) call("socket", AF_XDP, RAW, 0));
  }

  private static long call(String function, int... arguments) {
    Linker linker = Linker.nativeLinker();
    MethodHandle handle =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow(function),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    try {
      return (int)
          handle.invokeExact(
              arguments[0],
              arguments.length > 1 ? arguments[1] : 0,
              arguments.length > 2 ? arguments[2] : 0);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    namespace.close();
  }
}
