//! The methods of the service, one line of declaration each.

/// Declares operations: the service's public methods, and the area's lines of the table. A
/// `declared` one has its line alone: others join it, or its method is written out.
macro_rules! operations {
    ($($(#[$doc:meta])* $form:ident $method:ident($request:ty) -> $answer:ty;)+) => {
        impl $crate::service::UserEngineService {
            $($crate::core::table::operations!(@$form $(#[$doc])* $method, $request, $answer);)+
        }

        /// This area's lines of the table of operations.
        pub(crate) const OPERATIONS: &[$crate::core::operation::OperationSpec] =
            &[$(<$request as $crate::core::operation::Operation>::SPEC,)+];
    };
    (@mutation $(#[$doc:meta])* $method:ident, $request:ty, $answer:ty) => {
        $(#[$doc])*
        pub async fn $method(
            &self,
            context: &$crate::context::RequestContext,
            request: $request,
        ) -> Result<$crate::context::Done<$answer>, $crate::error::ServiceError> {
            self.mutate(context, request).await
        }
    };
    (@query $(#[$doc:meta])* $method:ident, $request:ty, $answer:ty) => {
        $(#[$doc])*
        pub async fn $method(
            &self,
            context: &$crate::context::RequestContext,
            request: $request,
        ) -> Result<$answer, $crate::error::ServiceError> {
            self.query(context, request).await
        }
    };
    (@inspection $(#[$doc:meta])* $method:ident, $request:ty, $answer:ty) => {
        $(#[$doc])*
        pub async fn $method(
            &self,
            context: &$crate::context::RequestContext,
            request: $request,
        ) -> Result<$answer, $crate::error::ServiceError> {
            self.inspect(context, request).await
        }
    };
    (@declared $method:ident, $request:ty, $answer:ty) => {};
}
pub(crate) use operations;
