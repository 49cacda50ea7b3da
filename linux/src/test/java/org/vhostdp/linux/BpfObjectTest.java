package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that are pinned are opened; whatever else a path names is refused with its errno. */
class BpfObjectTest {
  private static final int PROG_LOAD = 5;
  private static final int OBJ_PIN = 6;
  private static final int SOCKET_FILTER = 1;

  /** CLONE_NEWNS of linux/sched.h. */
  private static final int MOUNTS = 0x20000;

  @TempDir private Path folder;

  @Test
  void aPinnedProgramIsOpened() throws Exception {
    String shown = inOwnMounts(this::pinAndOpen);
    assertTrue(shown.contains("prog_type:\t" + SOCKET_FILTER), shown);
  }

  private String pinAndOpen() throws Exception {
    try (Fd program = program();
        Arena arena = Arena.ofConfined()) {
      String path = folder + "/steer";
      MemorySegment attr = arena.allocate(16, 8);
      attr.set(ValueLayout.JAVA_LONG, 0, arena.allocateFrom(path).address());
      attr.set(ValueLayout.JAVA_INT, 8, program.raw());
      assertEquals(0, BpfCalls.bpf(CallState.ofThread(), OBJ_PIN, attr));
      LinuxException none =
          assertThrows(LinuxException.class, () -> BpfObject.open(folder + "/other"));
      assertEquals(Errno.ENOENT, none.errno());
      try (Fd opened = BpfObject.open(path)) {
        return Files.readString(Path.of("/proc/self/fdinfo/" + opened.raw()));
      }
    }
  }

  /** {@code r0 = 1; exit}. */
  private static Fd program() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment instructions = arena.allocate(16, 8);
      instructions.set(ValueLayout.JAVA_LONG, 0, 0xB7L | 1L << 32);
      instructions.set(ValueLayout.JAVA_LONG, 8, 0x95L);
      MemorySegment attr = arena.allocate(48, 8);
      attr.set(ValueLayout.JAVA_INT, 0, SOCKET_FILTER);
      attr.set(ValueLayout.JAVA_INT, 4, 2);
      attr.set(ValueLayout.JAVA_LONG, 8, instructions.address());
      attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom("GPL").address());
      int fd = BpfCalls.bpf(CallState.ofThread(), PROG_LOAD, attr);
      assumeTrue(fd >= 0, () -> "bpf(2) loads no programs here: " + Errno.name(-fd));
      return Fd.of(fd);
    }
  }

  /** Works in a mount namespace of its own, with a bpf file system over the folder. */
  private String inOwnMounts(Callable<String> work) throws Exception {
    FutureTask<String> task =
        new FutureTask<>(
            () -> {
              int alone = PrivilegeCalls.unshare(CallState.ofThread(), MOUNTS);
              assumeTrue(alone >= 0, () -> "no mount namespace here: " + Errno.name(-alone));
              mount("--make-rprivate", "/");
              mount("-t", "bpf", "none", folder.toString());
              return work.call();
            });
    Thread.ofPlatform().start(task);
    try {
      return task.get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }

  private static void mount(String... words) throws Exception {
    String[] command = new String[words.length + 1];
    command[0] = "mount";
    System.arraycopy(words, 0, command, 1, words.length);
    Process mount = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    boolean done = mount.waitFor(30, TimeUnit.SECONDS);
    assumeTrue(
        done && mount.exitValue() == 0, () -> "a bpf file system cannot be mounted: " + said);
  }

  @Test
  void whatIsNotPinnedIsRefused() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    LinuxException refused =
        assertThrows(LinuxException.class, () -> BpfObject.open(file.toString()));
    assertTrue(refused.getMessage().contains(file.toString()), refused.getMessage());
    for (String path : new String[] {"", "a\0b", "/" + "x".repeat(5000)}) {
      LinuxException bad = assertThrows(LinuxException.class, () -> BpfObject.open(path));
      assertEquals(Errno.EINVAL, bad.errno());
    }
  }
}
