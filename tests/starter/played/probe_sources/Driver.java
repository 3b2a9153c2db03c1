package starter;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** All functions of a project in one process: calls come in a line each, and the test says what the work does. */
public final class Driver {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final BufferedReader LINES = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    static volatile String function;

    private Driver() {}

    @SuppressWarnings("unchecked")
    private static synchronized Map<String, Object> read() {
        try {
            String line = LINES.readLine();
            if (line == null) {
                Runtime.getRuntime().halt(0);
            }
            return JSON.readValue(line, Map.class);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static synchronized void say(Map<String, ?> what) {
        try {
            System.out.println("@@" + JSON.writeValueAsString(what));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static synchronized Map<String, Object> ask(Map<String, Object> payload) {
        say(Map.of("asks", payload));
        return read();
    }

    /** Does the work, but asks the test first what it is to fail with or to return. */
    static Map<String, Object> spied(Map<String, Object> payload, UnaryOperator<Map<String, Object>> work) {
        Map<String, Object> told = ask(payload);
        if ("InvalidInput".equals(told.get("error"))) {
            throw new InvalidInput("injected");
        }
        if (told.get("error") instanceof String) {
            throw new IllegalStateException("injected");
        }
        Map<String, Object> result = new HashMap<>(work.apply(payload));
        say(Map.of("done", told.get("number")));
        result.putAll(Unwrap.object(told.get("returns")));
        return result;
    }

    private static Context context(String name, long deadline) {
        return (Context) Proxy.newProxyInstance(
                Driver.class.getClassLoader(), new Class<?>[] {Context.class}, (self, method, none) -> switch (method.getName()) {
                    case "getRemainingTimeInMillis" -> (int) (deadline - System.currentTimeMillis());
                    case "getMemoryLimitInMB" -> 512;
                    case "getFunctionName", "getFunctionVersion", "getAwsRequestId", "getInvokedFunctionArn" -> name;
                    default -> null;
                });
    }

    @SuppressWarnings("unchecked")
    private static RequestHandler<Object, Object> made(String name) {
        try {
            return (RequestHandler<Object, Object>) Class.forName("starter." + name).getConstructor().newInstance();
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    public static void main(String[] arguments) {
        Map<String, RequestHandler<Object, Object>> handlers = new HashMap<>();
        while (true) {
            Map<String, Object> call = read();
            function = (String) call.get("function");
            long deadline = System.currentTimeMillis() + ((Number) call.get("left_ms")).longValue();
            Map<String, Object> answer = new HashMap<>();
            try {
                var handler = handlers.computeIfAbsent(function, Driver::made);
                answer.put("result", handler.handleRequest(call.get("event"), context(function, deadline)));
            } catch (RuntimeException error) {
                answer.put("error", error.getClass().getName());
                answer.put("told", String.valueOf(error.getMessage()));
            }
            say(answer);
        }
    }
}
