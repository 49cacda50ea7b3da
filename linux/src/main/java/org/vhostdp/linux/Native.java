package org.vhostdp.linux;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/**
 * Links and calls C functions so that errno is captured with the call.
 *
 * <p>Every argument and result is passed as a 64-bit integer. In the calling conventions of x86-64
 * and AArch64 Linux each of the first six arguments has a 64-bit register of its own, of which the
 * callee reads as many bits as it declared. So functions with the same number of arguments share
 * one linkage, which takes 5 ms and more each at start, and nothing is checked or pinned per
 * argument on the hot path. Whoever passes an address keeps its memory alive until the call has
 * returned.
 */
final class Native {
  private static final int MAX_ARGUMENTS = 6;
  private static final String NOT_ALLOWED =
      "vhost-dp calls Linux through the Foreign Function and Memory API, and this Java virtual"
          + " machine denies it. Add --enable-native-access=org.vhostdp.linux to the java command"
          + " line (ALL-UNNAMED when the jar is on the class path).";

  private Native() {}

  /** The call {@code (MemorySegment callState, long...) -> long} of a function. */
  static MethodHandle link(MemorySegment function, FunctionDescriptor descriptor) {
    int arguments = descriptor.argumentLayouts().size();
    descriptor.argumentLayouts().forEach(Native::requireInteger);
    requireInteger(descriptor.returnLayout().orElseThrow());
    return link(function, arguments, Linker.Option.captureCallState("errno"));
  }

  /**
   * The same for a variadic function.
   *
   * @param named how many arguments come before the variable ones
   * @param arguments how many arguments are passed, the named ones included
   */
  static MethodHandle linkVariadic(MemorySegment function, int named, int arguments) {
    return link(
        function,
        arguments,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(named));
  }

  private static void requireInteger(MemoryLayout layout) {
    boolean integer =
        layout instanceof ValueLayout.OfInt
            || layout instanceof ValueLayout.OfLong
            || layout instanceof AddressLayout;
    if (!integer) {
      throw new IllegalArgumentException("Neither an integer nor a pointer: " + layout);
    }
  }

  private static MethodHandle link(
      MemorySegment function, int arguments, Linker.Option... options) {
    if (arguments > MAX_ARGUMENTS) {
      throw new IllegalArgumentException("More arguments than registers: " + arguments);
    }
    MemoryLayout[] longs = new MemoryLayout[arguments];
    Arrays.fill(longs, ValueLayout.JAVA_LONG);
    FunctionDescriptor wide = FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs);
    try {
      return Linker.nativeLinker().downcallHandle(function, wide, options);
    } catch (IllegalCallerException denied) {
      return refusing(wide, denied);
    }
  }

  /**
   * A handle of the right type that says what is missing, instead of a class that fails to load.
   */
  private static MethodHandle refusing(FunctionDescriptor wide, IllegalCallerException denied) {
    MethodType type = wide.toMethodType().insertParameterTypes(0, MemorySegment.class);
    MethodHandle thrower =
        MethodHandles.throwException(type.returnType(), IllegalStateException.class)
            .bindTo(new IllegalStateException(NOT_ALLOWED, denied));
    return MethodHandles.dropArguments(thrower, 0, type.parameterList());
  }

  /** The int result of a call, or -errno if it is negative. Not for the hot path. */
  static int call(MethodHandle function, CallState s, long... arguments) {
    int result = (int) invoke(function, s, arguments);
    return result < 0 ? -s.errno() : result;
  }

  /** The long result of a call, or -errno if it is negative. Not for the hot path. */
  static long callLong(MethodHandle function, CallState s, long... arguments) {
    long result = invoke(function, s, arguments);
    return result < 0 ? -s.errno() : result;
  }

  private static long invoke(MethodHandle function, CallState s, long[] a) {
    MemorySegment state = s.segment();
    try {
      return switch (a.length) {
        case 0 -> (long) function.invokeExact(state);
        case 1 -> (long) function.invokeExact(state, a[0]);
        case 2 -> (long) function.invokeExact(state, a[0], a[1]);
        case 3 -> (long) function.invokeExact(state, a[0], a[1], a[2]);
        case 4 -> (long) function.invokeExact(state, a[0], a[1], a[2], a[3]);
        case 5 -> (long) function.invokeExact(state, a[0], a[1], a[2], a[3], a[4]);
        default -> (long) function.invokeExact(state, a[0], a[1], a[2], a[3], a[4], a[5]);
      };
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  /**
   * The address of {@code length} bytes of native memory.
   *
   * @throws IllegalArgumentException on heap memory, which has no address
   * @throws IndexOutOfBoundsException if the segment is shorter
   */
  static long address(MemorySegment segment, long length) {
    if (length < 0 || length > segment.byteSize()) {
      throw new IndexOutOfBoundsException(
          "The call needs " + length + " bytes, the segment has " + segment.byteSize() + ".");
    }
    if (!segment.isNative()) {
      throw new IllegalArgumentException("System calls need native memory, not a Java array.");
    }
    return segment.address();
  }

  /** What a failed {@code invokeExact} throws on: never a checked exception. */
  static RuntimeException unexpected(Throwable thrown) {
    if (thrown instanceof RuntimeException runtime) {
      return runtime;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("A system call threw a checked exception.", thrown);
  }
}
