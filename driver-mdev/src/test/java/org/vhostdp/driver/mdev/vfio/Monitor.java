package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.Poll;

/** QEMU's monitor, reached from inside over the virtio console port named "monitor". */
public final class Monitor implements AutoCloseable {
  private static final String PROMPT = "(qemu) ";
  private static final int FLAGS = 02 | 04000;
  private static final int ANSWER_MILLIS = 20_000;

  private final Fd port;

  private Monitor(Fd port) {
    this.port = port;
  }

  /** The port's device file; empty if there is none. */
  private static Optional<Path> port() {
    Path ports = Path.of("/sys/class/virtio-ports");
    return Sysfs.names(ports).stream()
        .filter(name -> Sysfs.read(ports.resolve(name).resolve("name"), "").equals("monitor"))
        .map(name -> Path.of("/dev", name))
        .findFirst();
  }

  static Monitor open() throws IOException {
    Optional<Path> port = port();
    assumeTrue(port.isPresent(), "needs QEMU's monitor on a virtio console port named \"monitor\"");
    return new Monitor(Io.open(port.get().toString(), FLAGS, 0));
  }

  /**
   * Types one command, such as {@code set_link near1 off}, and waits until it was obeyed.
   *
   * @return false if there is no monitor
   */
  public static boolean give(String command) throws IOException {
    if (port().isEmpty()) {
      return false;
    }
    try (Monitor monitor = open()) {
      monitor.ask(command);
    }
    return true;
  }

  /** Types a command and waits for the next prompt. */
  String ask(String command) throws IOException {
    read(200, false);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment line = arena.allocateFrom(command + "\n");
      Io.write(new CallState(arena), port.raw(), line, line.byteSize() - 1);
    }
    return read(ANSWER_MILLIS, true);
  }

  private String read(int millis, boolean toPrompt) throws IOException {
    StringBuilder text = new StringBuilder();
    long end = System.nanoTime() + millis * 1_000_000L;
    Poll poll = new Poll(1);
    poll.set(0, port.raw(), Poll.IN);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(4096);
      CallState s = new CallState(arena);
      while (System.nanoTime() < end && !(toPrompt && prompted(text))) {
        poll.await(100);
        long length = Io.read(s, port.raw(), buffer, buffer.byteSize());
        if (length > 0) {
          byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
          text.append(new String(bytes, StandardCharsets.UTF_8));
        }
      }
    }
    return text.toString();
  }

  private static boolean prompted(StringBuilder text) {
    int echo = text.indexOf("\n");
    return echo >= 0 && text.indexOf(PROMPT, echo) >= 0;
  }

  @Override
  public void close() {
    port.close();
  }
}
