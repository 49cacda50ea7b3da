package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.generated.Libc;

class ErrnoTest {
  private static final Set<String> ALIASES = Set.of("EWOULDBLOCK", "EDEADLOCK");

  private static boolean isErrno(Method method) {
    return method.getName().matches("E[A-Z0-9]+")
        && method.getParameterCount() == 0
        && !method.getName().startsWith("EPOLL");
  }

  @Test
  void everyNumberOfTheKernelsHeaderHasItsName() throws Exception {
    int seen = 0;
    for (Method method : Libc.class.getMethods()) {
      if (isErrno(method) && !ALIASES.contains(method.getName())) {
        assertEquals(method.getName(), Errno.name((int) method.invoke(null)));
        seen++;
      }
    }
    assertTrue(seen > 120, "only " + seen + " error numbers were generated");
  }

  @Test
  void constantsAreTheKernels() throws Exception {
    for (Field field : Errno.class.getFields()) {
      assertEquals(Libc.class.getMethod(field.getName()).invoke(null), field.get(null));
    }
  }

  @Test
  void unknownNumbersAreShownAsNumbers() {
    assertEquals("errno 0", Errno.name(0));
    assertEquals("errno 41", Errno.name(41));
    assertEquals("errno 4711", Errno.name(4711));
    assertEquals("errno -5", Errno.name(-5));
  }

  @Test
  void failureReadsAsASentence() {
    LinuxException failure = new LinuxException("bind", "/run/x.sock", Errno.EADDRINUSE);
    assertEquals(
        "bind /run/x.sock: EADDRINUSE (Address already in use). Another process listens there;"
            + " stop it or choose another one.",
        failure.getMessage());
    assertEquals("EADDRINUSE", failure.errnoName());
    assertEquals(98, failure.errno());
    assertEquals("bind", failure.call());
    assertEquals("/run/x.sock", failure.object());
  }

  @Test
  void failureWithoutObjectOrAdviceHasNoGaps() {
    assertEquals(
        "eventfd: EINVAL (Invalid argument).",
        new LinuxException("eventfd", "", Errno.EINVAL).getMessage());
  }

  @Test
  void adviceOfItsOwnReplacesTheGeneralOne() {
    LinuxException failure = new LinuxException("open", "/x", Errno.EPERM, "Ask nicely.");
    assertEquals("Ask nicely.", failure.advice());
    assertTrue(failure.getMessage().endsWith("(Operation not permitted). Ask nicely."));
  }
}
