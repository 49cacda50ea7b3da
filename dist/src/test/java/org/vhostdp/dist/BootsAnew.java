package org.vhostdp.dist;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Tries a failed test once more, on a newly booted guest, if the guest's own kernel says that one
 * of its processors hangs: now and then an emulated processor does not come back from a softirq,
 * for minutes, whatever its devices do. Nothing else that fails is tried again.
 */
final class BootsAnew implements InvocationInterceptor {
  /** A test class with such a guest. */
  interface OnGuest {
    /** What the guest's kernel said of a processor that hangs; waits for it to say so. */
    Optional<String> hangs() throws Exception;

    /** Ends the guest, and boots another on the same port. */
    void bootAnew() throws Exception;
  }

  /** For JUnit. */
  BootsAnew() {}

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> method,
      ExtensionContext context)
      throws Throwable {
    OnGuest test = (OnGuest) context.getRequiredTestInstance();
    try {
      invocation.proceed();
    } catch (Exception | AssertionError failure) {
      Optional<String> hang = test.hangs();
      if (hang.isEmpty()) {
        throw failure;
      }
      System.out.println(
          "--- "
              + context.getDisplayName()
              + " is tried again on another guest, as this one's kernel says: "
              + hang.get()
              + " What failed: "
              + failure.getMessage());
      test.bootAnew();
      again(method, test);
    }
  }

  private static void again(ReflectiveInvocationContext<Method> method, OnGuest test)
      throws Throwable {
    try {
      method.getExecutable().invoke(test, method.getArguments().toArray());
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
