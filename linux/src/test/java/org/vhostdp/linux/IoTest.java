package org.vhostdp.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
class IoTest {
  private static final long FIONREAD = 0x541b;

  private final Arena arena = Arena.ofAuto();
  private final CallState state = new CallState(arena);

  @Test
  void writesAndReads() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1]) {
      MemorySegment out = arena.allocateFrom("hello");
      assertEquals(5, Io.write(state, a.fd().raw(), out, 5));
      MemorySegment in = arena.allocate(16);
      assertEquals(5, Io.read(state, b.fd().raw(), in, 16));
      assertEquals("hello", in.getString(0));
    }
  }

  @Test
  void writesAndReadsVectors() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1]) {
      MemorySegment out = arena.allocateFrom(JAVA_BYTE, new byte[] {1, 2, 3, 4, 5, 6});
      MemorySegment vectors = vectors(out.asSlice(0, 4), out.asSlice(4, 2));
      assertEquals(6, Io.writev(state, a.fd().raw(), vectors, 2));
      MemorySegment in = arena.allocate(6);
      vectors = vectors(in.asSlice(3, 3), in.asSlice(0, 3));
      assertEquals(6, Io.readv(state, b.fd().raw(), vectors, 2));
      assertArrayEquals(new byte[] {4, 5, 6, 1, 2, 3}, in.toArray(JAVA_BYTE));
    }
  }

  private MemorySegment vectors(MemorySegment... parts) {
    MemorySegment vectors = arena.allocate(JAVA_LONG, 2L * parts.length);
    for (int i = 0; i < parts.length; i++) {
      vectors.setAtIndex(JAVA_LONG, 2L * i, parts[i].address());
      vectors.setAtIndex(JAVA_LONG, 2L * i + 1, parts[i].byteSize());
    }
    return vectors;
  }

  @Test
  void failureIsMinusErrno() {
    MemorySegment buffer = arena.allocate(8);
    assertEquals(-Errno.EBADF, Io.read(state, -1, buffer, 8));
    assertEquals(Errno.EBADF, state.errno());
    assertEquals(-Errno.EBADF, Io.write(state, -1, buffer, 8));
    assertEquals(-Errno.EBADF, Io.readv(state, -1, buffer, 0));
    assertEquals(-Errno.EBADF, Io.writev(state, -1, buffer, 0));
    assertEquals(-Errno.EBADF, Io.ioctl(state, -1, FIONREAD, buffer));
    assertEquals(-Errno.EBADF, Io.ioctl(state, -1, FIONREAD, 0));
  }

  @Test
  void ioctlAnswersThroughAPointer() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1]) {
      Io.write(state, a.fd().raw(), arena.allocate(11), 11);
      MemorySegment waiting = arena.allocate(JAVA_INT);
      assertEquals(0, Io.ioctl(state, b.fd().raw(), FIONREAD, waiting));
      assertEquals(11, waiting.get(JAVA_INT, 0));
    }
  }

  @Test
  void memoryThatIsTooSmallIsNeverHandedOver() {
    MemorySegment small = arena.allocate(8);
    assertThrows(IndexOutOfBoundsException.class, () -> Io.read(state, 0, small, 9));
    assertThrows(IndexOutOfBoundsException.class, () -> Io.write(state, 0, small, -1));
    assertThrows(IndexOutOfBoundsException.class, () -> Io.readv(state, 0, small, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> Io.writev(state, 0, small, 1));
    // TUNSETIFF encodes the 4 bytes of an int, TUNATTACHFILTER the 16 of struct sock_fprog.
    long tunAttachFilter = 0x401054d5L;
    assertThrows(IndexOutOfBoundsException.class, () -> Io.ioctl(state, 0, tunAttachFilter, small));
    MemorySegment array = MemorySegment.ofArray(new byte[8]);
    assertThrows(IllegalArgumentException.class, () -> Io.read(state, 0, array, 8));
  }

  @Test
  void nonBlockingReadAnswersEagain() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1]) {
      Io.setNonBlocking(a.fd().raw(), true);
      assertEquals(-Errno.EAGAIN, Io.read(state, a.fd().raw(), arena.allocate(8), 8));
      Io.setNonBlocking(a.fd().raw(), false);
      b.shutdown();
      assertEquals(0, Io.read(state, a.fd().raw(), arena.allocate(8), 8));
    }
  }

  @Test
  void openTellsWhatFailed() throws Exception {
    LinuxException missing =
        assertThrows(LinuxException.class, () -> Io.open("/no/such/file", 0, 0));
    assertEquals(Errno.ENOENT, missing.errno());
    assertTrue(missing.getMessage().startsWith("open /no/such/file: ENOENT (No such file"));
    try (Fd self = Io.open("/proc/self/exe", 0, 0)) {
      assertEquals(Path.of("/proc/self/exe").toFile().length(), Io.size(self.raw()));
    }
  }

  @Test
  void hotCallsAllocateNothing() throws Exception {
    try (EventFd event = EventFd.create();
        Epoll epoll = Epoll.create(4)) {
      epoll.add(event.fd().raw(), Epoll.IN, 7);
      MemorySegment scratch = arena.allocate(64);
      long deadline = System.nanoTime() + 40_000_000_000L;
      long empty = -1;
      long allocated = 0;
      // Until the compiler has had its turn, the method handles' own plumbing may allocate.
      while (allocated != empty && System.nanoTime() < deadline) {
        long start = Allocation.bytes();
        long before = Allocation.bytes();
        hotCalls(event.fd().raw(), epoll, scratch, 2000);
        // Asking by reflection costs a boxed number; that much is found between two questions.
        allocated = Allocation.bytes() - before;
        empty = before - start;
      }
      assertEquals(empty, allocated, "bytes allocated by 2000 rounds of hot calls");
    }
  }

  private void hotCalls(int event, Epoll epoll, MemorySegment scratch, int rounds) {
    for (int i = 0; i < rounds; i++) {
      int ready = EventFd.signal(state, event) == 0 ? epoll.await(-1) : -1;
      if (ready != 1 || epoll.tag(0) != 7 || EventFd.drain(state, event, scratch) != 0) {
        throw new AssertionError("the eventfd did not wake epoll");
      }
    }
  }
}
