package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FdPassingTest {
  private final MemorySegment buffer = Arena.ofAuto().allocate(64);
  private final ReceivedFds received = new ReceivedFds();
  private UnixSocket sender;
  private UnixSocket receiver;
  private Fd file;

  @BeforeEach
  void open() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    sender = pair[0];
    receiver = pair[1];
    file = Memfd.create("passed", 4242);
  }

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
    file.close();
  }

  private int[] copies(int count) {
    int[] fds = new int[count];
    Arrays.fill(fds, file.raw());
    return fds;
  }

  @Test
  void descriptorsArriveInOrderAndCloseOnExec() throws Exception {
    try (Fd other = Memfd.create("other", 77)) {
      sender.send(buffer, 10, file.raw(), other.raw());
    }
    assertEquals(10, receiver.receive(buffer, 64, received));
    assertEquals(2, received.count());
    assertFalse(received.truncated());
    try (Fd first = received.take(0);
        Fd second = received.take(1)) {
      assertNotEquals(file.raw(), first.raw());
      assertEquals(4242, Io.size(first.raw()));
      assertEquals(77, Io.size(second.raw()));
      String info = Files.readString(Path.of("/proc/self/fdinfo/" + first.raw()));
      String flags = info.lines().filter(l -> l.startsWith("flags:")).findFirst().orElseThrow();
      int closeOnExec = 02000000;
      assertEquals(closeOnExec, Integer.parseInt(flags.substring(6).trim(), 8) & closeOnExec);
      assertThrows(IllegalStateException.class, () -> received.take(0));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> received.take(2));
    assertThrows(IndexOutOfBoundsException.class, () -> received.take(-1));
    received.closeAll();
    assertEquals(0, received.count());
  }

  @Test
  void exactly64Fit() throws Exception {
    sender.send(buffer, 1, copies(64));
    assertEquals(1, receiver.receive(buffer, 64, received));
    assertEquals(64, received.count());
    assertFalse(received.truncated());
    received.closeAll();
  }

  @Test
  void moreAreCutOffAndReported() throws Exception {
    for (int count : new int[] {65, 253}) {
      sender.send(buffer, 1, copies(count));
      assertEquals(1, receiver.receive(buffer, 64, received));
      assertEquals(64, received.count());
      assertTrue(received.truncated());
      received.closeAll();
      assertFalse(received.truncated());
    }
  }

  @Test
  void severalMessagesFillOneSetAndNeverOverflowIt() throws Exception {
    for (int i = 0; i < 3; i++) {
      sender.send(buffer, 1, copies(31));
      assertEquals(1, receiver.receive(buffer, 64, received));
      assertEquals(Math.min(64, 31 * (i + 1)), received.count());
      assertEquals(i == 2, received.truncated());
    }
    sender.send(buffer, 1, file.raw());
    assertEquals(1, receiver.receive(buffer, 64, received));
    assertEquals(64, received.count());
    assertTrue(received.truncated());
    received.closeAll();
  }

  @Test
  void takeAllMovesWhatIsLeft() throws Exception {
    sender.send(buffer, 1, copies(3));
    receiver.receive(buffer, 64, received);
    received.take(1).close();
    Fd[] rest = received.takeAll();
    assertEquals(2, rest.length);
    assertEquals(0, received.count());
    for (Fd fd : rest) {
      assertEquals(4242, Io.size(fd.raw()));
      fd.close();
    }
  }

  @Test
  void withoutASetTheKernelClosesThem() throws Exception {
    long before = Fd.openCount();
    sender.send(buffer, 1, copies(5));
    assertEquals(1, receiver.receive(buffer, 64, null));
    assertEquals(before, Fd.openCount());
  }

  @Test
  void messageWithoutDescriptorsAddsNone() throws Exception {
    sender.send(buffer, 7);
    assertEquals(7, receiver.receive(buffer, 64, received));
    assertEquals(0, received.count());
    assertFalse(received.truncated());
  }

  @Test
  void tooManyAreRefusedBeforeSending() throws Exception {
    LinuxException refused =
        assertThrows(LinuxException.class, () -> sender.send(buffer, 1, copies(254)));
    assertEquals(Errno.EINVAL, refused.errno());
    LinuxException closed =
        assertThrows(LinuxException.class, () -> sender.send(buffer, 1, 1 << 20));
    assertEquals(Errno.EBADF, closed.errno());
  }
}
