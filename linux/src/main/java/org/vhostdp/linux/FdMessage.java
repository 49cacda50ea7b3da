package org.vhostdp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.generated.Libc;
import org.vhostdp.linux.generated.cmsghdr;
import org.vhostdp.linux.generated.iovec;
import org.vhostdp.linux.generated.msghdr;

/** A msghdr with one buffer and, as SCM_RIGHTS, descriptors (unix(7), cmsg(3)). */
final class FdMessage {
  private static final long HEADER = cmsghdr.sizeof();
  private static final long FD = Integer.BYTES;

  private FdMessage() {}

  /** For sending; the descriptors stay the caller's. */
  static MemorySegment outgoing(Arena arena, MemorySegment buffer, long length, int[] fds) {
    MemorySegment message = message(arena, buffer, length);
    if (fds.length > 0) {
      long used = HEADER + fds.length * FD;
      MemorySegment control = control(arena, message, used);
      cmsghdr.cmsg_len(control, used);
      cmsghdr.cmsg_level(control, Libc.SOL_SOCKET());
      cmsghdr.cmsg_type(control, Libc.SCM_RIGHTS());
      MemorySegment.copy(fds, 0, control, JAVA_INT, HEADER, fds.length);
    }
    return message;
  }

  /** For receiving at most {@code fds} descriptors. */
  static MemorySegment incoming(Arena arena, MemorySegment buffer, long length, int fds) {
    MemorySegment message = message(arena, buffer, length);
    if (fds > 0) {
      // CMSG_LEN, not CMSG_SPACE: the kernel would use the padding for one descriptor more.
      control(arena, message, HEADER + fds * FD);
    }
    return message;
  }

  private static MemorySegment message(Arena arena, MemorySegment buffer, long length) {
    MemorySegment vector = iovec.allocate(arena);
    iovec.iov_base(vector, buffer);
    iovec.iov_len(vector, length);
    MemorySegment message = msghdr.allocate(arena);
    msghdr.msg_iov(message, vector);
    msghdr.msg_iovlen(message, 1);
    return message;
  }

  private static MemorySegment control(Arena arena, MemorySegment message, long used) {
    long space = align(used);
    MemorySegment control = arena.allocate(space, Long.BYTES);
    msghdr.msg_control(message, control);
    msghdr.msg_controllen(message, used);
    return control;
  }

  /** Moves the descriptors of a received message to {@code into}, which has room for them. */
  static void collect(MemorySegment message, ReceivedFds into) {
    long filled = msghdr.msg_controllen(message);
    MemorySegment control = msghdr.msg_control(message).reinterpret(filled);
    long at = 0;
    while (at + HEADER <= filled) {
      MemorySegment header = control.asSlice(at, HEADER);
      long length = cmsghdr.cmsg_len(header);
      if (length < HEADER || length > filled - at) {
        break;
      }
      boolean rights =
          cmsghdr.cmsg_level(header) == Libc.SOL_SOCKET()
              && cmsghdr.cmsg_type(header) == Libc.SCM_RIGHTS();
      for (long fd = at + HEADER; rights && fd + FD <= at + length; fd += FD) {
        into.append(Fd.of(control.get(JAVA_INT, fd)));
      }
      at += align(length);
    }
    if ((msghdr.msg_flags(message) & Libc.MSG_CTRUNC()) != 0) {
      into.markTruncated();
    }
  }

  private static long align(long length) {
    return length + Long.BYTES - 1 & -Long.BYTES;
  }
}
