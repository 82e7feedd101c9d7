//! Which names are wanted: by patterns, or by a function of Python.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tfevents_analysis::pattern::Patterns;

/// Which runs or which tags are wanted.
#[derive(Clone)]
pub(crate) struct Names {
    patterns: Arc<Patterns>,
    /// Asked about names that match the patterns. Answers are kept, though two threads may ask at the same time.
    test: Option<Arc<Test>>,
}

struct Test {
    function: Py<PyAny>,
    known: Mutex<HashMap<String, bool>>,
    /// What the function raised first.
    raised: Mutex<Option<PyErr>>,
}

/// Patterns, whether they are regular expressions, and a function.
pub(crate) type Asked = (Vec<String>, bool, Option<Py<PyAny>>);

impl Names {
    pub(crate) fn new(noun: &'static str, (patterns, regex, function): Asked) -> PyResult<Self> {
        let patterns = Patterns::new(noun, &patterns, regex);
        let patterns = patterns.map_err(|e| PyValueError::new_err(e.to_string()))?;
        let test = function.map(|function| {
            Arc::new(Test {
                function,
                known: Mutex::default(),
                raised: Mutex::default(),
            })
        });
        Ok(Self {
            patterns: Arc::new(patterns),
            test,
        })
    }

    pub(crate) fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// Whether something that has several names is wanted; the function is asked about the first.
    pub(crate) fn wants_any<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str, IntoIter: Clone> + Clone,
    ) -> bool {
        let first = names.clone().into_iter().next();
        self.patterns.matches_any(names)
            && first.is_none_or(|first| self.test.as_ref().is_none_or(|test| test.wants(first)))
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        self.wants_any([name])
    }

    /// What the function raised, if it did.
    pub(crate) fn raised(&self) -> Option<PyErr> {
        let test = self.test.as_ref()?;
        test.raised
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Test {
    fn wants(&self, name: &str) -> bool {
        if let Some(&known) = self.lock().get(name) {
            return known;
        }
        // Without the lock: whoever has the interpreter may want it.
        let answer = Python::attach(|py| self.function.bind(py).call1((name,))?.is_truthy());
        let wanted = answer.unwrap_or_else(|e| {
            let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
            raised.get_or_insert(e);
            false
        });
        self.lock().insert(name.to_owned(), wanted);
        wanted
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, bool>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
